/**
 * Pings one peer and tells how it went, in whatever dialect the peer is spoken to. Liveness: the pings are bounded by
 * their number, by the seconds that the peer allows, and each by `waits.pongSeconds`.
 */
import { waits } from '../../defaults/index.js';
import { toWperfError, WperfError } from '../../errors.js';
import type { NoticeEvent, SimulationReport } from '../../events/load.js';
import type { PingEndEvent, PingEvent, PingStartEvent } from '../../events/ping.js';
import { given } from '../../given.js';
import { onAbort, orAborted } from '../../host/abort.js';
import { deferred } from '../../host/deferred.js';
import type { Host } from '../../host/host.js';
import { randomId } from '../../host/random.js';
import { meanAndDeviation, summarize } from '../../measure/latency/percentiles.js';
import type { SocketFacts } from '../../measure/tcp.js';
import type { PingPlan } from '../../plan/plan.js';
import { shownProxy } from '../../plan/proxy.js';
import { watchStandstill } from '../../traffic/standstill.js';
import { type Channel, type Echo, peerText } from '../../transport/channel.js';
import type { Connected } from '../../transport/transport.js';
import { type Connections, endsOf } from '../connections.js';
import { Pinger } from './pinger.js';

interface PingRunOptions {
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
  /** Resolves when the peer was told to end; rejects with the WperfError that ended the connection. */
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

interface Opened {
  readonly channel: Channel;
  readonly peer: PingPeer;
}

/** Runs the pings. The last event is `ping-end` or `error`. Never rejects. */
export function runPings(plan: PingPlan, options: PingRunOptions, emit: (event: PingEvent) => void): Promise<void> {
  return new PingRun(plan, options, emit).run();
}

class PingRun {
  readonly #plan: PingPlan;
  readonly #options: PingRunOptions;
  readonly #emit: (event: PingEvent) => void;
  readonly #session = randomId();
  readonly #rttsMs: number[] = [];
  #channel: Channel | undefined;
  #pinger: Pinger | undefined;
  #simulation: SimulationReport | undefined;
  #lost = 0;
  #interrupted = false;

  constructor(plan: PingPlan, options: PingRunOptions, emit: (event: PingEvent) => void) {
    this.#plan = plan;
    this.#options = options;
    this.#emit = emit;
  }

  async run(): Promise<void> {
    try {
      const opened = await orAborted(this.#open(), this.#options.signal, interrupted);
      const { peer } = opened;
      this.#emit(this.#startEvent(opened));
      for (const note of peer.notes) this.#emit(note);
      await this.#probe(peer);
      if (this.#sent > 0 && this.#lost === this.#sent) throw this.#silence();
      this.#emit(this.#endEvent());
      peer.close();
    } catch (error) {
      this.#options.connections.dropAll();
      const partial = this.#sent > 0 ? { ...this.#endEvent(), interrupted: true } : undefined;
      this.#emit({ type: 'error', error: toWperfError(error), ...given({ partial }) });
    }
  }

  async #open(): Promise<Opened> {
    const { dialectOf, host } = this.#options;
    const connected = await this.#options.connections.first();
    const { channel } = connected;
    this.#channel = channel;
    const opening = { plan: this.#plan, session: this.#session, host };
    return { channel, peer: await dialectOf(connected).greet(channel, opening) };
  }

  #startEvent({ channel, peer: { software, dialect, simulation, socket } }: Opened): PingStartEvent {
    const { target, count, intervalSeconds, title, socket: asked } = this.#plan;
    const local = channel.kernel?.socket() ?? {};
    return {
      type: 'ping-start',
      session: this.#session,
      wallMs: Date.now(),
      peer: { host: target.host, port: target.port },
      connection: endsOf(channel),
      peerSoftware: software,
      count,
      intervalSeconds,
      transport: channel.transport,
      secure: channel.info.secure,
      ...shownProxy(this.#plan),
      ...(dialect !== undefined && { dialect }),
      ...(simulation && { simulation }),
      ...(asked && { socket: { asked, local, remote: socket ?? null } }),
      ...(title !== undefined && { title }),
    };
  }

  /** Until the last ping's fate is known, or an interruption; rejects when the connection is lost, or the server ends it. */
  async #probe({ echo, seconds, simulation, untilEnd, onGone }: PingPeer): Promise<void> {
    const { count, intervalSeconds } = this.#plan;
    const { clock } = this.#options.host;
    const standstill = watchStandstill(clock);
    this.#simulation = simulation;
    const pinger = new Pinger({
      ...{ echo, clock },
      ...{ count, intervalSeconds, answerSeconds: waits.pongSeconds, until: clock.now() + seconds },
      onAnswer: (seq, rttMs) => this.#onAnswer(seq, rttMs),
    });
    this.#pinger = pinger;
    onGone(() => pinger.stop());
    const aborted = deferred();
    const cancel = onAbort(this.#options.signal, () => {
      this.#interrupted = true;
      aborted.resolve();
    });
    const ended = untilEnd().then(() => Promise.reject(this.#stopped()));
    try {
      await Promise.race([pinger.finished, aborted.promise, ended]);
    } finally {
      cancel();
      pinger.stop();
      standstill.stop();
      this.#tellStandstill(standstill.seconds);
    }
  }

  get #sent(): number {
    return this.#pinger?.sent ?? 0;
  }

  #tellStandstill(seconds: number): void {
    if (seconds === 0) return;
    const text = `The client stood still for ${seconds.toFixed(1)} s: what pings waited for it is not the path's doing.`;
    this.#emit({ type: 'notice', level: 'warning', text });
  }

  #onAnswer(seq: number, rttMs: number | undefined): void {
    if (rttMs === undefined) this.#lost += 1;
    else this.#rttsMs.push(rttMs);
    this.#emit({ type: 'pong', seq, rttMs: rttMs ?? null });
  }

  #endEvent(): PingEndEvent {
    const rtts = this.#rttsMs;
    const simulation = this.#simulation;
    const summary = summarize(rtts);
    const known = rtts.length + this.#lost;
    const lossPercent = known === 0 ? 0 : (100 * this.#lost) / known;
    const rtt = summary ? { ...summary, ...meanAndDeviation(rtts) } : null;
    const found = { rttMs: rtt?.avgMs ?? null, lossPercent };
    return {
      type: 'ping-end',
      transmitted: this.#sent,
      received: rtts.length,
      lossPercent,
      rtt,
      ...(simulation && { simulation: { ...simulation, measured: { ...simulation.measured, ...found } } }),
      interrupted: this.#interrupted,
    };
  }

  #silence(): WperfError {
    return new WperfError('peer-lost', `no ping was answered by ${this.#peer}`, {
      operation: 'test',
      peer: this.#peer,
    });
  }

  #stopped(): WperfError {
    const text = `${this.#peer} was stopped before the last ping`;
    return new WperfError('peer-terminated', text, { operation: 'test', peer: this.#peer });
  }

  get #peer(): string {
    return this.#channel ? peerText(this.#channel.info) : '';
  }
}

function interrupted(): WperfError {
  return new WperfError('interrupted', 'interrupted before the first ping');
}
