/**
 * In-band probes on Linux: segments of a connection that the peer itself made, so that they pass the NAT and the
 * firewall that the connection passed, and reach the peer. A probe is a WebSocket ping written while the connection's
 * TTL is low: its first transmission dies on the way, a raw socket hears the router's ICMP error, and the kernel's
 * retransmission, which has the usual TTL again, delivers the bytes. A pong without a retransmission is the peer's own
 * answer. A second raw socket hears the peer's segments: their acknowledgements tell where in the sequence a probe
 * begins, their time stamps when a pong came.
 *
 * One probe is out at a time, and none before all earlier bytes have arrived: a pong is the answer to the probe that is
 * out, and nothing else is repeated beside it. Liveness: a probe that is not delivered in `waits.pongSeconds` fails.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { waits } from '../../defaults/index.js';
import { WperfError } from '../../errors.js';
import { given } from '../../given.js';
import { systemClock, within } from '../../host/clock.js';
import type { Libc } from '../../host/linux/libc.js';
import { openLibc, realtimeNs } from '../../host/linux/sockets.js';
import type { HeardPacket } from '../linux/raw-hearing.js';
import { SendClock } from '../linux/send-clock.js';
import { errorAbout } from '../packet/flow-match.js';
import type { Probe, Prober, Reply } from '../prober.js';
import { ConnectionSockets } from './connection-sockets.js';
import { InbandFlow } from './flow.js';
import { type InbandChannel, LiveConnection } from './live-connection.js';

/** A probe that was written and whose pong has not come. */
interface Flight {
  readonly probe: Probe;
  readonly beganMs: number;
  /** Of the connection, before the probe. */
  readonly retransmits: number;
  /** By the kernel's stamp of the segment that brought it. */
  pongNs?: bigint;
  /** True once the kernel has sent it with its own TTL. */
  isSent: boolean;
  isAnswered: boolean;
}

/**
 * Opens a prober over a channel that carries little else. `wake` is called when `receive` may have something or the prober
 * may no longer be busy, and now and then for nothing. Throws a WperfError: `trace-unavailable` that says why where the
 * system does not allow it, `peer-lost` when the peer answers no ping.
 */
export async function openInband(channel: InbandChannel, wake: () => void): Promise<Prober> {
  const prober = proberOver(channel, wake);
  try {
    await prober.learn();
    return prober;
  } catch (thrown) {
    prober.close();
    throw thrown;
  }
}

function proberOver(channel: InbandChannel, wake: () => void): InbandProber {
  try {
    return new InbandProber(openLibc(), channel, wake);
  } catch (thrown) {
    throw thrown instanceof WperfError ? thrown : unavailable(thrown);
  }
}

function unavailable(thrown: unknown): WperfError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new WperfError('trace-unavailable', `no in-band probes from here (${reason})`, {
    operation: 'traceroute',
    hint: 'they need Linux, the package koffi (npm install koffi), and sudo or setcap cap_net_raw+ep on node',
    cause: thrown,
  });
}

class InbandProber implements Prober {
  readonly name = 'inband';
  readonly protocol = 'tcp';
  readonly port: number;
  readonly #libc: Libc;
  readonly #channel: InbandChannel;
  readonly #connection: LiveConnection;
  readonly #flow: InbandFlow;
  readonly #sockets: ConnectionSockets;
  readonly #looking: NodeJS.Timeout;
  readonly #wake: () => void;
  readonly #clock = new SendClock();
  #flight: Flight | undefined;
  #replies: Reply[] = [];
  #failure: unknown;
  #closed = false;

  constructor(libc: Libc, channel: InbandChannel, wake: () => void) {
    this.#libc = libc;
    this.#channel = channel;
    this.#wake = wake;
    this.#connection = new LiveConnection(channel);
    this.#flow = new InbandFlow(this.#connection.ports);
    this.port = this.#connection.ports.destination;
    this.#sockets = new ConnectionSockets(libc, this.#connection, wake);
    this.#looking = setInterval(wake, waits.inbandLookMs);
  }

  /** A first ping: the peer answers pings, and its acknowledgement tells where the connection stands. */
  async learn(): Promise<void> {
    await sleep(waits.kernelStampsMs);
    await within(systemClock, waits.pongSeconds, this.#ping(), () => this.#silence());
    this.#hear();
    this.#check();
    if (!this.#flow.isKnown) throw unavailable(new Error('a raw socket hears nothing of the connection'));
  }

  get busy(): boolean {
    return this.#flight !== undefined || !this.#connection.isQuiet;
  }

  send(probe: Probe): void {
    this.#hear();
    this.#flow.sending(probe.id);
    const { retransmits } = this.#connection.state();
    const flight: Flight = { probe, beganMs: performance.now(), retransmits, isSent: false, isAnswered: false };
    this.#flight = flight;
    this.#connection.limitTtl(probe.ttl);
    this.#clock.sent(probe.id, realtimeNs(this.#libc));
    const written = () => this.#guard(() => this.#written(flight));
    void this.#ping(written).then((rttMs) => this.#guard(() => this.#land(flight, rttMs)));
    const { unackedSegments, unsentBytes } = this.#connection.state();
    if (unackedSegments > 0 && unsentBytes === 0) this.#written(flight);
  }

  receive(): readonly Reply[] {
    this.#hear();
    const replies = this.#replies;
    this.#replies = [];
    if (replies.length === 0) this.#check();
    return replies;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#looking);
    this.#sockets.close();
    this.#connection.restoreTtl();
  }

  /** Undefined when no pong came: a later ping was answered before, or the connection is closed. */
  async #ping(written?: () => void): Promise<number | undefined> {
    return this.#channel.ping?.(written).catch(() => undefined) ?? Promise.resolve(undefined);
  }

  /** For what the event loop calls: a failure is for `receive` to throw. */
  #guard(work: () => void): void {
    if (this.#closed) return;
    try {
      work();
    } catch (thrown) {
      this.#failure ??= thrown;
      this.#wake();
    }
  }

  /** The kernel has the probe, and unless something held it up has sent it: what it sends from now on must arrive. */
  #written(flight: Flight): void {
    if (this.#flight !== flight || flight.isSent) return;
    flight.isSent = this.#connection.isOpen && this.#connection.state().unsentBytes === 0;
    this.#connection.restoreTtl();
  }

  /** The probe's bytes have arrived, or the connection is closed. */
  #land(flight: Flight, pingMs: number | undefined): void {
    if (this.#flight !== flight) return;
    this.#hear();
    this.#connection.restoreTtl();
    this.#flight = undefined;
    if (pingMs !== undefined && this.#isFirstTransmission(flight)) this.#replies.push(this.#answer(flight, pingMs));
    this.#wake();
  }

  #isFirstTransmission({ isSent, isAnswered, retransmits }: Flight): boolean {
    return isSent && !isAnswered && this.#connection.isOpen && this.#connection.state().retransmits === retransmits;
  }

  #answer({ probe, pongNs }: Flight, pingMs: number): Reply {
    const stampedMs = pongNs === undefined ? undefined : this.#clock.rttMs(probe.id, pongNs);
    const rttMs = stampedMs ?? pingMs;
    return { id: probe.id, from: this.#connection.target.ip, kind: 'answer', code: '', rttMs, mpls: [] };
  }

  #hear(): void {
    for (const segment of this.#sockets.segments()) this.#hearPeer(segment);
    for (const error of this.#sockets.errors()) this.#hearRouter(error);
  }

  #hearPeer({ payload, stampNs }: HeardPacket): void {
    const answersProbe = this.#flow.hear(payload);
    if (answersProbe && this.#flight !== undefined && stampNs !== undefined) this.#flight.pongNs ??= stampNs;
  }

  #hearRouter({ from, payload, ttl, stampNs }: HeardPacket): void {
    const found = errorAbout(this.#flow, this.#connection.target, payload);
    const rttMs = found && this.#clock.rttMs(found.id, stampNs ?? realtimeNs(this.#libc));
    if (found === undefined || rttMs === undefined) return;
    if (this.#flight?.probe.id === found.id) this.#hurry(this.#flight);
    this.#replies.push({ ...found, from, rttMs, ...given({ replyTtl: ttl }) });
  }

  /**
   * The probe is lost, which the kernel finds out after 200 ms at the earliest, or as soon as the peer acknowledges
   * something later (RFC 8985): so there is something later.
   */
  #hurry(flight: Flight): void {
    if (!flight.isAnswered) void this.#ping();
    flight.isAnswered = true;
  }

  /** Throws when no probe can ever be answered any more. */
  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#connection.isOpen) throw this.#connection.lost('closed during the trace');
    const overdue = this.#flight !== undefined && performance.now() - this.#flight.beganMs > waits.pongSeconds * 1000;
    if (overdue) throw this.#silence();
  }

  #silence(): WperfError {
    return this.#connection.lost(`has answered no ping for ${waits.pongSeconds} s`);
  }
}
