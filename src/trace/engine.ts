/** Runs a strategy against a prober: sends what is due, hears what came, and waits in between. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Prober, Reply } from './prober.js';
import type { SettledTtl, TraceStrategy } from './strategy.js';

/** Sleeps until woken; a wake that comes first makes the next sleep end at once. */
export class Waker {
  #woken = false;
  #wakeSleeper: (() => void) | undefined;

  readonly wake = (): void => {
    this.#woken = true;
    this.#wakeSleeper?.();
  };

  async sleep(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        this.#wakeSleeper = resolve;
        timer = setTimeout(resolve, Math.ceil(milliseconds));
      });
    }
    clearTimeout(timer);
    this.#woken = false;
    this.#wakeSleeper = undefined;
  }
}

export interface Engine {
  readonly strategy: TraceStrategy;
  readonly prober: Prober;
  readonly waker: Waker;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  /** Told of every reply that counts, at once. */
  readonly onReply: (reply: Reply) => void;
  /** Told of TTLs in order. */
  readonly onKnown: (settled: SettledTtl) => void;
}

/** Ends when the strategy has (`finished`) or when the signal says so (`cut`); liveness is the strategy's. */
export async function runEngine(engine: Engine): Promise<'finished' | 'cut'> {
  const { strategy, prober, waker, signal, nowMs, onKnown } = engine;
  while (!signal.aborted) {
    await sendWhatIsDue(engine);
    hear(engine);
    strategy.expire(nowMs());
    for (const settled of strategy.takeKnown(nowMs())) onKnown(settled);
    if (strategy.finished) return 'finished';
    const now = nowMs();
    const waitMs = strategy.wakeAtMs(now, prober.busy) - now;
    if (waitMs > 0) await waker.sleep(Math.min(waitMs, longestSleepMs));
  }
  for (const settled of strategy.takeUnfinished()) onKnown(settled);
  return 'cut';
}

/** Nothing a strategy waits for is farther away than its timeouts; this only bounds the timer. */
const longestSleepMs = 60_000;

/** Between TTLs the event loop has a turn, so that a near target's answer keeps the rest from being sent. */
async function sendWhatIsDue(engine: Engine): Promise<void> {
  const { strategy, prober, signal, nowMs } = engine;
  let ttl: number | undefined;
  const next = () => (prober.busy ? undefined : strategy.next(nowMs()));
  for (let probe = next(); probe !== undefined; probe = next()) {
    prober.send(probe);
    if (ttl !== undefined && ttl !== probe.ttl) await turn();
    ttl = probe.ttl;
    hear(engine);
    if (signal.aborted) return;
  }
}

function hear({ prober, strategy, onReply }: Engine): void {
  for (const reply of prober.receive()) {
    if (strategy.reply(reply)) onReply(reply);
  }
}
