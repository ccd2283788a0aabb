/**
 * The connection beside a test that measures latency: pings before the load, then under it. What goes wrong with it is
 * told, and never fails the test. Liveness: opening is bounded by `waits.latencyOpenSeconds`, the pings before the load
 * by `waits.rttBudgetSeconds`; those under it end with the test.
 */
import { bounds, limits, waits } from '../../../defaults/index.js';
import { toWperfError, WperfError } from '../../../errors.js';
import { given } from '../../../given.js';
import { type Cancel, type Clock, within } from '../../../host/clock.js';
import { deferred } from '../../../host/deferred.js';
import { type LatencyReport, latencyNow, latencyReport, thinnedTrips } from '../../../measure/latency/latency.js';
import { type Queued, queueReport, queuesOf, type RoundTripMoments } from '../../../measure/latency/queues.js';
import type { Simulation, TestDirection, TestPlan } from '../../../plan/plan.js';
import { Pinger } from '../../ping/pinger.js';
import { simulatedSeconds } from '../../simulation.js';
import type { EchoLink } from '../dialect.js';
import { isShort } from './round-trips.js';

interface LatencyProbeOptions {
  readonly clock: Clock;
  readonly simulation: Simulation | undefined;
}

export class LatencyProbe {
  readonly #options: LatencyProbeOptions;
  readonly #idleMs: number[] = [];
  readonly #loadedMs: number[] = [];
  /** When each of them was sent. */
  readonly #loadedAt: number[] = [];
  /** Of all answers that tell the far end's clock. */
  readonly #moments: RoundTripMoments[] = [];
  #link: EchoLink | undefined;
  #idle: Pinger | undefined;
  #loaded: Pinger | undefined;
  #cancelLoaded: Cancel = () => {};
  #failure: string | undefined;
  #server: string | undefined;
  /** When the test began, when its part that counts does, and when its pings are over. */
  #begun = Number.POSITIVE_INFINITY;
  #counted = Number.POSITIVE_INFINITY;
  #until = Number.POSITIVE_INFINITY;
  #lostAt: number | undefined;
  /** The connection has ended, or is not wanted any more. */
  readonly #over = deferred();
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

  /**
   * Takes what `opening` gives, if it gives anything in time, and measures before the load. Under simulated conditions a
   * server's answers are delayed only once it has agreed. Never rejects.
   */
  async open(opening: () => Promise<EchoLink | undefined>): Promise<void> {
    const { clock, simulation } = this.#options;
    const late = () => new WperfError('timeout', `no answer within ${waits.latencyOpenSeconds} s`);
    const until = clock.now() + waits.latencyOpenSeconds;
    try {
      const link = await within(clock, waits.latencyOpenSeconds, this.#take(opening()), late);
      if (!link) return;
      const early = simulation ? undefined : this.#measureIdle(link);
      this.#server = await within(clock, until - clock.now(), link.granted, late);
      await (early ?? this.#measureIdle(link));
    } catch (error) {
      this.#failure = `Latency is not measured: ${toWperfError(error).line}.`;
      this.close();
    }
  }

  /** Once the streams are open; see `isShort`. Never rejects. */
  async measureShortAnew(): Promise<void> {
    const link = this.#link;
    if (!link || this.#closed || this.#options.simulation || !isShort(Math.min(...this.#idleMs))) return;
    this.#idleMs.length = 0;
    this.#moments.length = 0;
    await this.#measureIdle(link);
  }

  /** Round trips to another server than that of the load say nothing of its path. */
  mustReach(server: string | undefined): void {
    if (server === undefined || this.#server === undefined || server === this.#server) return;
    this.#failure = 'Latency is not measured: its connection reached another server than the first stream.';
    this.close();
  }

  async #take(opening: Promise<EchoLink | undefined>): Promise<EchoLink | undefined> {
    const link = await opening;
    link?.granted.catch(() => {});
    if (this.#closed) link?.close(waits.partingSeconds);
    if (!link || this.#closed) return undefined;
    this.#link = link;
    link.onMoments?.((moments) => this.#moments.push(moments));
    link.onEnded(() => {
      if (!this.#closed) this.#lostAt = this.#options.clock.now();
      this.#over.resolve();
    });
    return link;
  }

  /** Pings one after another, or on a longer path a few at a time: many samples, and soon. */
  #measureIdle({ echo }: EchoLink): Promise<void> {
    const { clock, simulation } = this.#options;
    this.#idle = new Pinger({
      ...{ echo, clock, intervalSeconds: 0, patienceSeconds: waits.idlePatienceSeconds, count: bounds.idlePings },
      answerSeconds: waits.rttBudgetSeconds + simulatedSeconds(simulation),
      until: clock.now() + waits.rttBudgetSeconds,
      onAnswer: (_seq, rttMs) => keep(this.#idleMs, rttMs),
    });
    return Promise.race([this.#idle.finished, this.#over.promise]);
  }

  /** From the start of the test on; the omitted beginning does not count. */
  measureLoaded({ omitSeconds, seconds, bytes }: TestPlan): void {
    const { clock } = this.#options;
    const link = this.#link;
    if (!link || this.#closed) return;
    this.#begun = clock.now();
    this.#counted = this.#begun + omitSeconds;
    if (bytes === undefined) this.#until = this.#begun + omitSeconds + seconds;
    if (omitSeconds === 0) this.#probeLoaded(link);
    else this.#cancelLoaded = clock.at(this.#begun + omitSeconds, () => this.#probeLoaded(link));
  }

  #probeLoaded({ echo }: EchoLink): void {
    this.#loaded = new Pinger({
      ...{ echo, clock: this.#options.clock, until: this.#until },
      intervalSeconds: waits.latencyIntervalSeconds,
      count: Number.POSITIVE_INFINITY,
      answersBefore: this.#idleMs.length,
      answerSeconds: limits.seconds.max,
      onAnswer: (_seq, rttMs, sentAt) => {
        keep(this.#loadedMs, rttMs);
        if (rttMs !== undefined) this.#loadedAt.push(sentAt);
      },
    });
  }

  /** As it stands under load, for a live display; undefined before there is any. */
  get nowMs(): number | undefined {
    const oldest = this.#loaded?.unanswered()[0];
    return latencyNow(this.#loadedMs, oldest === undefined ? 0 : this.#ageMs(oldest));
  }

  #ageMs(sentAt: number): number {
    return (this.#options.clock.now() - sentAt) * 1000;
  }

  /** Ends the pings and gives what they showed; undefined where there was no connection. */
  finish(direction: TestDirection): LatencyReport | undefined {
    const open = this.#link !== undefined && !this.#closed;
    const unanswered = this.#loaded?.unanswered() ?? [];
    const unansweredMs = unanswered.map((sentAt) => this.#ageMs(sentAt));
    this.close();
    if (!open) return undefined;
    const [idleMs, loadedMs] = [this.#idleMs, this.#loadedMs];
    const atSeconds = (sentAt: number) => sentAt - this.#counted;
    const queued = this.#queuedUnderLoad();
    const loaded = [
      ...loadedMs.map((rttMs, i) => ({
        ...{ atSeconds: atSeconds(this.#loadedAt[i] ?? 0), rttMs },
        ...given({ queued: queued[i] }),
      })),
      ...unanswered.map((sentAt) => ({ atSeconds: atSeconds(sentAt), rttMs: null })),
    ];
    const trips = { idleMs, ...thinnedTrips(loaded, bounds.latencySamples) };
    return { ...latencyReport(direction, { idleMs, loadedMs, unansweredMs }), ...queueReport(queued), trips };
  }

  /** In the order of the answers; those before the load tell what the fastest way is. */
  #queuedUnderLoad(): Queued[] {
    return queuesOf(this.#moments).filter(({ sentMs }) => sentMs >= this.#counted * 1000);
  }

  close(): void {
    this.#closed = true;
    this.#cancelLoaded();
    this.#over.resolve();
    this.#idle?.stop();
    this.#loaded?.stop();
    this.#link?.close(waits.partingSeconds);
  }
}

function keep(samplesMs: number[], rttMs: number | undefined): void {
  if (rttMs !== undefined) samplesMs.push(rttMs);
}
