/** One run of the engine beside its consumer, so that a consumer waiting for a name holds up no probe. */
import { onAbort } from '../host/abort.js';
import type { Cancel } from '../host/clock.js';
import { Mailbox } from '../host/mailbox.js';
import { runEngine, type Waker } from './engine.js';
import type { TraceSettings } from './options.js';
import type { Prober } from './prober.js';
import type { HopNames } from './resolve.js';
import { type SettledTtl, type StrategyOptions, TraceStrategy } from './strategy.js';

interface RunParts {
  readonly settings: TraceSettings;
  readonly prober: Prober;
  readonly names: HopNames;
  readonly waker: Waker;
}

export class TraceRun {
  /** TTLs in order; holds at most one entry for each. */
  readonly known = new Mailbox<SettledTtl>();
  readonly #parts: RunParts;
  readonly #stopping = new AbortController();
  readonly #forgetSignal: Cancel;
  #ended: Promise<void> = Promise.resolve();
  #beganMs = 0;
  #cut = false;

  /** The signal ends the run early. */
  constructor(parts: RunParts, signal: AbortSignal | undefined) {
    this.#parts = parts;
    this.#stopping.signal.addEventListener('abort', () => {
      parts.waker.wake();
      parts.names.close();
    });
    this.#forgetSignal = onAbort(signal, () => this.#stopping.abort());
  }

  begin(): void {
    const { settings, prober, names, waker } = this.#parts;
    this.#beganMs = performance.now();
    this.#ended = runEngine({
      strategy: new TraceStrategy(strategyOptions(settings)),
      prober,
      waker,
      signal: this.#stopping.signal,
      nowMs: () => performance.now(),
      onReply: (reply) => void names.nameOf(reply.from),
      onKnown: (settled) => this.known.put(settled),
    }).then(
      (outcome) => {
        this.#cut = outcome === 'cut';
        this.known.end();
      },
      (failure: unknown) => this.known.fail(failure),
    );
  }

  /** True when the signal came before the path's end was known. */
  get interrupted(): boolean {
    return this.#cut;
  }

  get seconds(): number {
    return (performance.now() - this.#beganMs) / 1000;
  }

  /** Resolves when the engine touches the prober no more. */
  async stop(): Promise<void> {
    this.#forgetSignal();
    this.#stopping.abort();
    await this.#ended;
  }
}

function strategyOptions(settings: TraceSettings): StrategyOptions {
  const { firstHop: firstTtl, maxHops: maxTtl, queries, timeoutSeconds, lastWordSeconds, serial } = settings;
  return { firstTtl, maxTtl, queries, timeoutMs: timeoutSeconds * 1000, lastWordMs: lastWordSeconds * 1000, serial };
}
