/** Who serves here: the one list of dialects and answers, and what they are given. */
import { networkInterfaces } from 'node:os';
import { claimsAnything, claimsCookie } from '../dialects/iperf3/served/claims.js';
import { Iperf3Server } from '../dialects/iperf3/served/serve.js';
import { serveLegacy } from '../dialects/legacy/served/guest.js';
import { serveNative } from '../dialects/native/served/serve.js';
import type { Claim, House, RawDialect, ServedDialect } from '../dialects/served.js';
import type { Annotation } from '../events/hop.js';
import type { Recorder } from '../events/recorder.js';
import type { Clock } from '../host/clock.js';
import { nodeHost } from '../host/node.js';
import { randomId } from '../host/random.js';
import { traceBack } from '../modes/route/desk/back.js';
import { TraceDesk } from '../modes/route/desk/desk.js';
import { serviceOf } from '../modes/route/desk/limits.js';
import type { ServerPlan } from '../plan/plan.js';
import { SUBPROTOCOL } from '../protocol/version.js';
import type { Channel } from '../transport/channel.js';
import type { Arrival } from '../transport/door/arrival.js';
import type { Requested } from '../transport/door/http.js';
import { claimsOpening } from '../transport/load/key.js';
import type { LoadTransport } from '../transport/load-transport.js';
import type { Entry } from './entries.js';
import { answerHealth } from './http.js';
import type { Page } from './page.js';

export interface ServerRunOptions {
  readonly clock?: Clock;
  /** False measures with plain `ws` calls. */
  readonly lane?: boolean;
  /** Makes what keeps the server's report for a client that asks for it. */
  readonly makeRecorder?: () => Recorder;
  /** The same in JSON, where the server itself prints that. */
  readonly makeJsonRecorder?: () => Recorder;
  /** What carries load beside the plan's own and wperf's; for tests. */
  readonly transports?: readonly LoadTransport[];
  /** Traces the route back to a client; for tests. */
  readonly traceBack?: typeof traceBack;
  /** What is known of an address, for clients that look none up: browsers, and those of the original wperf. */
  readonly annotate?: (ip: string) => Promise<Annotation>;
}

export function houseOf(
  plan: ServerPlan,
  options: ServerRunOptions,
  { stop, admission, emit, reception }: Pick<House, 'stop' | 'admission' | 'emit' | 'reception'>,
): House {
  const { clock = nodeHost.clock, annotate, makeRecorder, makeJsonRecorder } = options;
  const service = serviceOf(plan.traces);
  const ownAddresses = () => Object.values(networkInterfaces()).flatMap((own) => own ?? []);
  const desk = new TraceDesk({ service, clock, stop, ownAddresses, trace: options.traceBack ?? traceBack });
  const host = { ...nodeHost, clock };
  return {
    id: randomId(),
    plan,
    host,
    stop,
    admission,
    emit,
    reception,
    service,
    desk,
    annotate,
    makeRecorder,
    makeJsonRecorder,
  };
}

/** A dialect that begins with bytes of its own, and the ways to it. */
export interface RawEntry {
  readonly dialect: RawDialect;
  /** At the server's own port. */
  readonly claims: (first: Uint8Array) => Claim;
  /** Another port for it alone; `flag` is what chose it. */
  readonly alone?: { readonly port: number; readonly flag: string; readonly claims: (first: Uint8Array) => Claim };
  /** It hears what comes to the UDP ports of the same numbers. */
  readonly datagrams: boolean;
}

export function rawEntriesOf(house: House): RawEntry[] {
  const { iperf3 = {}, allowProto } = house.plan;
  if (iperf3.refused) return [];
  const { port } = iperf3;
  return [
    {
      ...{ dialect: new Iperf3Server(house), claims: claimsCookie, datagrams: allowProto?.includes('udp') ?? true },
      ...(port !== undefined && { alone: { port, flag: '--iperf3-port', claims: claimsAnything } }),
    },
  ];
}

interface Servants {
  /** Has a dialect serve a connection. */
  readonly serve: (dialect: ServedDialect, channel: Channel, arrival: Arrival) => void;
  /** Takes a connection that carries load for another. */
  readonly carry: (arrival: Arrival) => void;
  /** Takes a request that does; false where it is none such. */
  readonly carryRequest: (asked: Requested) => boolean;
  readonly page: Page | undefined;
  /** Claim connections by their first bytes. */
  readonly raw: readonly { readonly claims: RawEntry['claims']; readonly serve: (arrival: Arrival) => void }[];
}

export function entriesOf(house: House, { serve, carry, carryRequest, page, raw }: Servants): Entry[] {
  const spoken = (name: string | undefined, dialect: ServedDialect): Entry => ({
    kind: 'subprotocol',
    name,
    serve: (channel, arrival) => serve(dialect, channel, arrival),
  });
  return [
    spoken(SUBPROTOCOL, serveNative(house)),
    ...(house.plan.noLegacy ? [] : [spoken(undefined, serveLegacy(house))]),
    { kind: 'bytes', claims: claimsOpening, serve: carry },
    ...raw.map((entry) => ({ kind: 'bytes' as const, ...entry })),
    { kind: 'http', answer: answerHealth },
    { kind: 'http', answer: (asked) => (carryRequest(asked) ? 'taken' : undefined) },
    ...(page ? [{ kind: 'http', answer: (asked: Requested) => page.answer(asked) } as const] : []),
  ];
}
