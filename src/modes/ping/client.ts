/**
 * Pings one peer and tells how it went, in whatever dialect the peer is spoken to. Liveness: the pings are bounded by
 * their number, by the seconds that the peer allows, and each by `waits.pongSeconds`.
 */
import { waits } from '../../defaults/index.js';
import { randomId } from '../../dialects/native/handshake.js';
import { toWperfError, WperfError } from '../../errors.js';
import type { PingEndEvent, PingEvent, PingStartEvent } from '../../events/ping.js';
import type { NoticeEvent, SimulationReport } from '../../events/test.js';
import { type Clock, systemClock } from '../../host/clock.js';
import { eventsOf } from '../../host/events-of.js';
import { meanAndDeviation, summarize } from '../../measure/percentiles.js';
import type { ConnectionPlan, PingPlan } from '../../plan/plan.js';
import type { Channel } from '../../transport/channel.js';
import { Prober, type ProberOptions } from './pinger.js';

export interface PingRunOptions {
  /** Ends the pings early; the results so far are still told. */
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
  readonly connect?: (plan: ConnectionPlan) => Promise<Channel>;
}

/** Who answers the pings. */
export interface PingPeer {
  readonly software: string;
  readonly dialect?: 'legacy';
  readonly notes: readonly NoticeEvent[];
  /** Conditions under which this end, or both, send; not measured yet. */
  readonly simulation?: SimulationReport;
  /** No ping is sent after so many seconds. */
  readonly seconds: number;
  readonly pings: ProberOptions['channel'];
  /** Resolves when the peer wishes to end; rejects with the WperfError that ended the connection. */
  readonly untilEnd: () => Promise<void>;
  /** Calls `stop` when the connection ends, before the pings that are out fail. */
  readonly onGone: (stop: () => void) => void;
  close(): void;
}

export interface PingDialect {
  readonly connect: (plan: ConnectionPlan) => Promise<Channel>;
  /** Asks a new channel's peer for pings. Rejects with WperfError. */
  readonly greet: (channel: Channel, plan: PingPlan, session: string, clock: Clock) => Promise<PingPeer>;
}

/** Runs the pings. The last event is `ping-end` or `error`; leaving the loop early stops them. Never throws. */
export function runPings(
  plan: PingPlan,
  dialect: PingDialect,
  options: PingRunOptions,
): AsyncIterableIterator<PingEvent> {
  return eventsOf((emit, signal) => new PingRun(plan, dialect, { ...options, signal }, emit).run(), options.signal);
}

class PingRun {
  readonly #plan: PingPlan;
  readonly #dialect: PingDialect;
  readonly #emit: (event: PingEvent) => void;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #connect: (plan: ConnectionPlan) => Promise<Channel>;
  readonly #session = randomId();
  readonly #rttsMs: number[] = [];
  #channel: Channel | undefined;
  #lost = 0;
  #interrupted = false;

  constructor(
    plan: PingPlan,
    dialect: PingDialect,
    options: PingRunOptions & { signal: AbortSignal },
    emit: (event: PingEvent) => void,
  ) {
    this.#plan = plan;
    this.#dialect = dialect;
    this.#emit = emit;
    this.#clock = options.clock ?? systemClock;
    this.#signal = options.signal;
    this.#connect = options.connect ?? dialect.connect;
  }

  async run(): Promise<void> {
    try {
      const peer = await this.#open();
      this.#emit(this.#startEvent(peer));
      for (const note of peer.notes) this.#emit(note);
      const sent = await this.#probe(peer);
      if (sent > 0 && this.#lost === sent) throw this.#silence();
      this.#emit(this.#endEvent(sent, peer));
      peer.close();
    } catch (error) {
      this.#channel?.drop();
      this.#emit({ type: 'error', error: toWperfError(error) });
    }
  }

  async #open(): Promise<PingPeer> {
    const aborted = this.#whenAborted().then(() => {
      throw new WperfError('interrupted', 'interrupted before the first ping');
    });
    const opening = this.#openChannel();
    opening.catch(() => {});
    return Promise.race([aborted, opening]);
  }

  async #openChannel(): Promise<PingPeer> {
    const channel = await this.#connect(this.#plan);
    this.#channel = channel;
    if (this.#signal.aborted) channel.drop();
    return this.#dialect.greet(channel, this.#plan, this.#session, this.#clock);
  }

  #startEvent({ software, dialect, simulation }: PingPeer): PingStartEvent {
    const { target, count, intervalSeconds, title } = this.#plan;
    return {
      type: 'ping-start',
      session: this.#session,
      wallMs: Date.now(),
      peer: { host: target.host, port: target.port },
      peerSoftware: software,
      count,
      intervalSeconds,
      secure: this.#channel?.info.secure ?? false,
      ...(dialect !== undefined && { dialect }),
      ...(simulation && { simulation }),
      ...(title !== undefined && { title }),
    };
  }

  /** The number of pings sent; rejects when the connection is lost. */
  async #probe({ pings, seconds, untilEnd, onGone }: PingPeer): Promise<number> {
    const { count, intervalSeconds } = this.#plan;
    const prober = new Prober({
      channel: pings,
      clock: this.#clock,
      ...{ count, intervalSeconds, answerSeconds: waits.pongSeconds, until: this.#clock.now() + seconds },
      onAnswer: (seq, rttMs) => this.#onAnswer(seq, rttMs),
    });
    onGone(() => prober.stop());
    const stopped = Promise.race([this.#whenAborted(), untilEnd()]).then(() => {
      this.#interrupted = true;
    });
    try {
      await Promise.race([prober.finished, stopped]);
    } finally {
      prober.stop();
    }
    return prober.sent;
  }

  #whenAborted(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#signal.aborted) resolve();
      this.#signal.addEventListener('abort', () => resolve(), { once: true });
    });
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
