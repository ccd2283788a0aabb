/**
 * The connection beside a test that measures latency: pings before the load, then under it. What goes wrong with it is
 * told, and never fails the test. Liveness: opening is bounded by `waits.latencyOpenSeconds`, the pings before the load
 * by `waits.rttBudgetSeconds`; those under it end with the test.
 */
import { bounds, limits, waits } from '../../defaults/index.js';
import { Conversation } from '../../dialects/native/conversation.js';
import { openAsClient } from '../../dialects/native/handshake.js';
import { pingHello } from '../../dialects/native/hello.js';
import { toWperfError, WperfError } from '../../errors.js';
import { type Cancel, type Clock, within } from '../../host/clock.js';
import { type LatencyReport, latencyReport } from '../../measure/latency.js';
import type { ClientPlan, Simulation, TestDirection, TestPlan } from '../../plan/plan.js';
import type { Channel } from '../../transport/channel.js';
import { Prober } from '../ping/pinger.js';
import { simulatedSeconds } from '../simulation.js';

export interface LatencyProbeOptions {
  readonly plan: ClientPlan;
  readonly session: string;
  readonly simulation: Simulation | undefined;
  readonly clock: Clock;
  readonly connect: (plan: ClientPlan) => Promise<Channel>;
}

export class LatencyProbe {
  readonly #options: LatencyProbeOptions;
  readonly #idleMs: number[] = [];
  readonly #loadedMs: number[] = [];
  #conversation: Conversation | undefined;
  #loaded: Prober | undefined;
  #cancelLoaded: Cancel = () => {};
  #failure: string | undefined;
  /** When the test began, and when its pings are over. */
  #begun = Number.POSITIVE_INFINITY;
  #until = Number.POSITIVE_INFINITY;
  #lostAt: number | undefined;
  #closed = false;

  constructor(options: LatencyProbeOptions) {
    this.#options = options;
  }

  /** Why there are no figures, in a whole sentence. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** What is wrong with the figures, in a whole sentence. */
  get warning(): string | undefined {
    const lostAt = this.#lostAt;
    if (lostAt === undefined || lostAt >= this.#until) return undefined;
    const moment =
      lostAt < this.#begun ? 'before the test began' : `${(lostAt - this.#begun).toFixed(1)} s into the test`;
    const pings = this.#loadedMs.length;
    const rest = pings === 0 ? 'there is no loaded latency' : `loaded latency rests on the ${pings} pings before`;
    return `The latency connection was lost ${moment}: ${rest}.`;
  }

  /** Never rejects. */
  async open(): Promise<void> {
    const late = () => new WperfError('timeout', `no answer within ${waits.latencyOpenSeconds} s`);
    try {
      await within(this.#options.clock, waits.latencyOpenSeconds, this.#converse(), late);
    } catch (error) {
      this.#failure = `Latency is not measured: ${toWperfError(error).line}.`;
      this.close();
    }
  }

  async #converse(): Promise<void> {
    const { plan, session, simulation, clock, connect } = this.#options;
    const conversation = new Conversation(await connect(plan), clock);
    this.#conversation = conversation;
    if (this.#closed) return conversation.drop();
    const hello = { ...pingHello('latency', session, plan.seconds), omitSeconds: plan.omitSeconds };
    await openAsClient(conversation, { ...hello, ...(simulation && { sim: simulation }) }, plan.token);
    conversation.send({ type: 'start' });
    conversation.channel.tellArrivals();
    conversation.onEnded = () => {
      if (!this.#closed) this.#lostAt = clock.now();
    };
  }

  /** Pings one after another, before the load. */
  async measureIdle(): Promise<void> {
    const { clock, simulation } = this.#options;
    if (!this.#conversation || this.#closed) return;
    const answerSeconds = waits.rttBudgetSeconds + simulatedSeconds(simulation);
    const prober = new Prober({
      channel: this.#conversation.channel,
      clock,
      ...{ intervalSeconds: 0, count: bounds.idlePings, answerSeconds },
      until: clock.now() + waits.rttBudgetSeconds,
      onAnswer: (_seq, rttMs) => keep(this.#idleMs, rttMs),
    });
    await prober.finished;
  }

  /** From the start of the test on; the omitted beginning does not count. */
  measureLoaded({ omitSeconds, seconds, bytes }: TestPlan): void {
    const { clock } = this.#options;
    const conversation = this.#conversation;
    if (!conversation || this.#closed) return;
    this.#begun = clock.now();
    if (bytes === undefined) this.#until = this.#begun + omitSeconds + seconds;
    if (omitSeconds === 0) this.#probeLoaded(conversation);
    else this.#cancelLoaded = clock.at(this.#begun + omitSeconds, () => this.#probeLoaded(conversation));
  }

  #probeLoaded({ channel }: Conversation): void {
    this.#loaded = new Prober({
      ...{ channel, clock: this.#options.clock, until: this.#until },
      intervalSeconds: waits.latencyIntervalSeconds,
      count: Number.POSITIVE_INFINITY,
      answerSeconds: limits.seconds.max,
      onAnswer: (_seq, rttMs) => keep(this.#loadedMs, rttMs),
    });
  }

  /** Ends the pings and gives what they showed; undefined where there was no connection. */
  finish(direction: TestDirection): LatencyReport | undefined {
    const open = this.#conversation !== undefined && !this.#closed;
    const unansweredMs = this.#loaded?.unansweredMs() ?? [];
    this.close();
    if (!open) return undefined;
    return latencyReport(direction, { idleMs: this.#idleMs, loadedMs: this.#loadedMs, unansweredMs });
  }

  close(): void {
    this.#closed = true;
    this.#cancelLoaded();
    this.#loaded?.stop();
    this.#conversation?.close(0.1);
  }
}

function keep(samplesMs: number[], rttMs: number | undefined): void {
  if (rttMs !== undefined) samplesMs.push(rttMs);
}
