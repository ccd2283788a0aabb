/**
 * Pings one peer and tells how it went, in whatever dialect the peer is spoken to. Liveness: the pings are bounded by
 * their number, by the seconds that the peer allows, and each by `waits.pongSeconds`.
 */
import { waits } from '../../defaults/index.js';
import { toWperfError, WperfError } from '../../errors.js';
import type { NoticeEvent, SimulationReport } from '../../events/load.js';
import type { PingEndEvent, PingEvent, PingStartEvent } from '../../events/ping.js';
import { onAbort, orAborted } from '../../host/abort.js';
import { deferred } from '../../host/deferred.js';
import type { Host } from '../../host/host.js';
import { randomId } from '../../host/random.js';
import { meanAndDeviation, summarize } from '../../measure/latency/percentiles.js';
import type { SocketFacts } from '../../measure/tcp.js';
import type { PingPlan } from '../../plan/plan.js';
import { shownProxy } from '../../plan/proxy.js';
import type { Channel, Echo } from '../../transport/channel.js';
import type { Connected } from '../../transport/transport.js';
import type { Connections } from '../connections.js';
import { Pinger } from './pinger.js';

export interface PingRunOptions {
  readonly host: Host;
  readonly connections: Connections;
  /** Settles the dialect by what the connection answered. Throws WperfError for one that is not spoken. */
  readonly dialectOf: (connected: Connected) => PingDialect;
  /** Ends the pings early; the results so far are still told. */
  readonly signal: AbortSignal;
}

/** Who answers the pings. */
export interface PingPeer {
  readonly software: string;
  readonly dialect?: 'legacy';
  readonly notes: readonly NoticeEvent[];
  /** Conditions under which this end, or both, send; not measured yet. */
  readonly simulation?: SimulationReport;
  /** What the far kernel has of the options of its socket, where any were asked of it. */
  readonly socket?: SocketFacts;
  /** No ping is sent after so many seconds. */
  readonly seconds: number;
  readonly echo: Pick<Echo, 'ping'>;
  /** Resolves when the peer wishes to end; rejects with the WperfError that ended the connection. */
  readonly untilEnd: () => Promise<void>;
  /** Calls `stop` when the connection ends, before the pings that are out fail. */
  readonly onGone: (stop: () => void) => void;
  close(): void;
}

export interface PingOpening {
  readonly plan: PingPlan;
  /** 32 hexadecimal digits. */
  readonly session: string;
  readonly host: Host;
}

export interface PingDialect {
  /** Asks a new channel's peer for pings. Rejects with WperfError. */
  greet(channel: Channel, opening: PingOpening): Promise<PingPeer>;
}

/** Runs the pings. The last event is `ping-end` or `error`. Never rejects. */
export function runPings(plan: PingPlan, options: PingRunOptions, emit: (event: PingEvent) => void): Promise<void> {
  return new PingRun(plan, options, emit).run();
}

class PingRun {
  readonly #plan: PingPlan;
  readonly #options: PingRunOptions;
  readonly #emit: (event: PingEvent) => void;
  readonly #connections: Connections;
  readonly #session = randomId();
  readonly #rttsMs: number[] = [];
  #channel: Channel | undefined;
  #lost = 0;
  #interrupted = false;

  constructor(plan: PingPlan, options: PingRunOptions, emit: (event: PingEvent) => void) {
    this.#plan = plan;
    this.#options = options;
    this.#emit = emit;
    this.#connections = options.connections;
  }

  async run(): Promise<void> {
    try {
      const peer = await orAborted(this.#open(), this.#options.signal, interrupted);
      this.#emit(this.#startEvent(peer));
      for (const note of peer.notes) this.#emit(note);
      const sent = await this.#probe(peer);
      if (sent > 0 && this.#lost === sent) throw this.#silence();
      this.#emit(this.#endEvent(sent, peer));
      peer.close();
    } catch (error) {
      this.#connections.dropAll();
      this.#emit({ type: 'error', error: toWperfError(error) });
    }
  }

  async #open(): Promise<PingPeer> {
    const { dialectOf, host } = this.#options;
    const connected = await this.#connections.first();
    this.#channel = connected.channel;
    return dialectOf(connected).greet(connected.channel, { plan: this.#plan, session: this.#session, host });
  }

  #startEvent({ software, dialect, simulation, socket }: PingPeer): PingStartEvent {
    const { target, count, intervalSeconds, title, socket: asked } = this.#plan;
    const local = this.#channel?.kernel?.socket() ?? {};
    return {
      type: 'ping-start',
      session: this.#session,
      wallMs: Date.now(),
      peer: { host: target.host, port: target.port },
      peerSoftware: software,
      count,
      intervalSeconds,
      transport: this.#channel?.transport ?? '',
      secure: this.#channel?.info.secure ?? false,
      ...shownProxy(this.#plan),
      ...(dialect !== undefined && { dialect }),
      ...(simulation && { simulation }),
      ...(asked && { socket: { asked, local, remote: socket ?? null } }),
      ...(title !== undefined && { title }),
    };
  }

  /** The number of pings sent; rejects when the connection is lost. */
  async #probe({ echo, seconds, untilEnd, onGone }: PingPeer): Promise<number> {
    const { count, intervalSeconds } = this.#plan;
    const { clock } = this.#options.host;
    const pinger = new Pinger({
      ...{ echo, clock },
      ...{ count, intervalSeconds, answerSeconds: waits.pongSeconds, until: clock.now() + seconds },
      onAnswer: (seq, rttMs) => this.#onAnswer(seq, rttMs),
    });
    onGone(() => pinger.stop());
    const aborted = deferred();
    const cancel = onAbort(this.#options.signal, () => aborted.resolve());
    const stopped = Promise.race([aborted.promise, untilEnd()]).then(() => {
      this.#interrupted = true;
    });
    try {
      await Promise.race([pinger.finished, stopped]);
    } finally {
      cancel();
      pinger.stop();
    }
    return pinger.sent;
  }

  #onAnswer(seq: number, rttMs: number | undefined): void {
    if (rttMs === undefined) this.#lost += 1;
    else this.#rttsMs.push(rttMs);
    this.#emit({ type: 'pong', seq, rttMs: rttMs ?? null });
  }

  #endEvent(transmitted: number, { simulation }: PingPeer): PingEndEvent {
    const rtts = this.#rttsMs;
    const summary = summarize(rtts);
    const known = rtts.length + this.#lost;
    const lossPercent = known === 0 ? 0 : (100 * this.#lost) / known;
    const rtt = summary ? { ...summary, ...meanAndDeviation(rtts) } : null;
    const found = { rttMs: rtt?.avgMs ?? null, lossPercent };
    return {
      type: 'ping-end',
      transmitted,
      received: rtts.length,
      lossPercent,
      rtt,
      ...(simulation && { simulation: { ...simulation, measured: { ...simulation.measured, ...found } } }),
      interrupted: this.#interrupted,
    };
  }

  #silence(): WperfError {
    const { remoteHost, remotePort } = this.#channel?.info ?? { remoteHost: '', remotePort: 0 };
    const peer = `${remoteHost}:${remotePort}`;
    return new WperfError('peer-lost', `no ping was answered by ${peer}`, { operation: 'test', peer });
  }
}

function interrupted(): WperfError {
  return new WperfError('interrupted', 'interrupted before the first ping');
}
