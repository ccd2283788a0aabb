/**
 * `--ping` at the client: a connection that carries pings alone. Liveness: the pings are bounded by their number, by
 * the seconds granted, and each by `waits.pongSeconds`.
 */
import { limits, waits } from '../defaults.js';
import { toWperfError, WperfError } from '../errors.js';
import { type Clock, systemClock } from '../host/clock.js';
import { meanAndDeviation, summarize } from '../measure/percentiles.js';
import { Prober } from '../modes/probing.js';
import type { PingEndEvent, PingEvent, PingStartEvent } from '../ping-events.js';
import type { ConnectionPlan, PingPlan } from '../plan.js';
import type { Channel } from '../transport/channel.js';
import { connectWs } from '../transport/ws/connect.js';
import { Conversation } from './conversation.js';
import { EventQueue } from './event-queue.js';
import { type Grant, openAsClient, randomId } from './handshake.js';
import { pingHello } from './ping-hello.js';

export interface PingRunOptions {
  /** Ends the pings early; the results so far are still told. */
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
  readonly connect?: (plan: ConnectionPlan) => Promise<Channel>;
}

/** Runs the pings. The last event is `ping-end` or `error`; leaving the loop early stops them. Never throws. */
export function runPingPlan(plan: PingPlan, options: PingRunOptions = {}): AsyncIterableIterator<PingEvent> {
  const leave = new AbortController();
  const queue = new EventQueue<PingEvent>(async () => {
    leave.abort();
    await finished;
  });
  const signal = options.signal ? AbortSignal.any([options.signal, leave.signal]) : leave.signal;
  const run = new PingRun(plan, { ...options, signal }, (event) => queue.push(event));
  const finished = run.run().finally(() => queue.end());
  return queue;
}

class PingRun {
  readonly #plan: PingPlan;
  readonly #emit: (event: PingEvent) => void;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #connect: (plan: ConnectionPlan) => Promise<Channel>;
  readonly #session = randomId();
  readonly #rttsMs: number[] = [];
  #conversation: Conversation | undefined;
  #lost = 0;
  #interrupted = false;

  constructor(plan: PingPlan, options: PingRunOptions & { signal: AbortSignal }, emit: (event: PingEvent) => void) {
    this.#plan = plan;
    this.#emit = emit;
    this.#clock = options.clock ?? systemClock;
    this.#signal = options.signal;
    this.#connect = options.connect ?? connectWs;
  }

  async run(): Promise<void> {
    try {
      const { conversation, grant } = await this.#open();
      this.#emit(this.#startEvent(conversation, grant));
      for (const text of grant.reasons) this.#emit({ type: 'notice', level: 'info', text });
      const sent = await this.#probe(conversation, grant.seconds);
      if (sent > 0 && this.#lost === sent) throw this.#silence(conversation);
      this.#emit(this.#endEvent(sent));
      conversation.close(0.1);
    } catch (error) {
      this.#conversation?.drop();
      this.#emit({ type: 'error', error: toWperfError(error) });
    }
  }

  async #open(): Promise<{ conversation: Conversation; grant: Grant }> {
    const aborted = this.#whenAborted().then(() => {
      throw new WperfError('interrupted', 'interrupted before the first ping');
    });
    const opening = this.#openConversation();
    opening.catch(() => {});
    return Promise.race([aborted, opening]);
  }

  async #openConversation(): Promise<{ conversation: Conversation; grant: Grant }> {
    const conversation = new Conversation(await this.#connect(this.#plan), this.#clock);
    this.#conversation = conversation;
    if (this.#signal.aborted) conversation.drop();
    const grant = await openAsClient(conversation, this.#hello(), this.#plan.token);
    conversation.send({ type: 'start' });
    return { conversation, grant };
  }

  #hello() {
    const { count, intervalSeconds, title } = this.#plan;
    const seconds = secondsFor(count, intervalSeconds);
    return { ...pingHello('ping', this.#session, seconds), intervalSeconds, ...(title !== undefined && { title }) };
  }

  #startEvent(conversation: Conversation, grant: Grant): PingStartEvent {
    const { target, count, intervalSeconds, title } = this.#plan;
    return {
      type: 'ping-start',
      session: this.#session,
      wallMs: Date.now(),
      peer: { host: target.host, port: target.port },
      peerSoftware: grant.software,
      count,
      intervalSeconds,
      secure: conversation.channel.info.secure,
      ...(title !== undefined && { title }),
    };
  }

  /** The number of pings sent; rejects when the connection is lost. */
  async #probe(conversation: Conversation, seconds: number): Promise<number> {
    const { count, intervalSeconds } = this.#plan;
    const prober = new Prober({
      channel: conversation.channel,
      clock: this.#clock,
      ...{ count, intervalSeconds, answerSeconds: waits.pongSeconds, until: this.#clock.now() + seconds },
      onAnswer: (seq, rttMs) => this.#onAnswer(seq, rttMs),
    });
    conversation.onEnded = () => prober.stop();
    const stopped = Promise.race([this.#whenAborted(), this.#untilServerEnds(conversation)]).then(() => {
      this.#interrupted = true;
    });
    try {
      await Promise.race([prober.finished, stopped]);
    } finally {
      prober.stop();
    }
    return prober.sent;
  }

  async #untilServerEnds(conversation: Conversation): Promise<void> {
    const message = await conversation.next();
    if (message.type === 'end') return;
    const text = `the peer sent a ${message.type} message among pings`;
    const error = new WperfError('protocol-violation', text, { peer: conversation.peer });
    conversation.abort(error);
    throw error;
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

  #endEvent(transmitted: number): PingEndEvent {
    const rtts = this.#rttsMs;
    const summary = summarize(rtts);
    const known = rtts.length + this.#lost;
    return {
      type: 'ping-end',
      transmitted,
      received: rtts.length,
      lossPercent: known === 0 ? 0 : (100 * this.#lost) / known,
      rtt: summary ? { ...summary, ...meanAndDeviation(rtts) } : null,
      interrupted: this.#interrupted,
    };
  }

  #silence({ peer }: Conversation): WperfError {
    return new WperfError('peer-lost', `no ping was answered by ${peer}`, { operation: 'test', peer });
  }
}

/** The longest that the pings can take, at most a day. */
function secondsFor(count: number, intervalSeconds: number): number {
  const each = intervalSeconds === 0 ? waits.pongSeconds : intervalSeconds;
  return Math.min(limits.seconds.max, count * each + waits.pongSeconds);
}
