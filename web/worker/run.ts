/** A run of the page: its tests one after another, each with the best that carries its load here. */
import { deferred } from '../../src/host/deferred.js';
import type { Host } from '../../src/host/host.js';
import type { FromWorker, Load, PagePlace, Settings, TestDocument } from '../messages.js';
import type { Background } from './background.js';
import { browserHost } from './host.js';
import { makeBody } from './http/body.js';
import { HttpCarrier, mostBytesOf } from './http/carrier.js';
import { lineOf } from './line.js';
import { type PhaseOutcome, runPhase } from './phase.js';
import { loadsOf, streamsOf, uploadsOf } from './shape.js';
import { version } from './version.js';

/** For the queues that one test leaves on the way, before the latency of the next is measured. */
const PAUSE_SECONDS = 0.5;

export interface RunOptions {
  readonly settings: Settings;
  readonly page: PagePlace;
  readonly background: Background;
  readonly signal: AbortSignal;
  readonly tell: (message: FromWorker) => void;
}

export function run(options: RunOptions): Promise<void> {
  return new Runner(options).run();
}

export function hostOf({ browser }: PagePlace): Host {
  return browserHost(`wperf ${version} in a browser (${browser})`.slice(0, 64));
}

class Runner {
  readonly #options: RunOptions;
  readonly #began = performance.now();
  readonly #host: Host;
  /** Why the load goes by WebSocket. */
  #withoutHttp: string | undefined;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#host = hostOf(options.page);
  }

  async run(): Promise<void> {
    const { settings, page, signal, tell } = this.#options;
    const tests: TestDocument[] = [];
    const texts: string[] = [];
    const result = () => ({ tests, text: texts.join('\n') });
    const loads = loadsOf(settings.course);
    if (loads.some((load) => load !== 'down')) await makeBody(mostBytesOf(page));
    for (const [i, load] of loads.entries()) {
      if (i > 0 && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, PAUSE_SECONDS * 1000));
      if (signal.aborted) break;
      const outcome = await this.#phase(load);
      tests.push({ load, json: outcome.json });
      texts.push(outcome.text);
      const { error } = outcome;
      if (error && !signal.aborted)
        return tell({ type: 'failed', code: error.code, why: lineOf(error), result: result() });
    }
    tell({ type: 'done', stopped: signal.aborted, result: result() });
  }

  async #phase(load: Load): Promise<PhaseOutcome> {
    const { signal, tell } = this.#options;
    const quiet = deferred<void>();
    const carrier = this.#withoutHttp === undefined ? this.#carrier(load, quiet.promise) : undefined;
    const outcome = await this.#runPhase(load, carrier, () => quiet.resolve());
    const refused = outcome.error?.code === 'request-refused' ? outcome.error.message : undefined;
    const why = carrier?.failure ?? refused;
    if (outcome.begun || !carrier || why === undefined || signal.aborted) return outcome;
    this.#withoutHttp = why;
    tell({ type: 'note', text: `The load goes by WebSocket, which is slower than HTTP: ${why}.` });
    return this.#runPhase(load);
  }

  #runPhase(load: Load, carrier?: HttpCarrier, onQuiet = () => {}): Promise<PhaseOutcome> {
    const now = () => (performance.now() - this.#began) / 1000;
    return runPhase({ ...this.#options, host: this.#host, load, carrier, now, onQuiet });
  }

  #carrier(load: Load, quiet: Promise<void>): HttpCarrier {
    const { page, settings } = this.#options;
    const streams = streamsOf(settings.streams, load);
    return new HttpCarrier({ page, load, uploads: uploadsOf(streams, load), clock: this.#host.clock, quiet });
  }
}
