/** A run of the page: its tests one after another, each with the best that carries its load here. */

import { deferred } from '../../src/host/deferred.js';
import type { Host } from '../../src/host/host.js';
import type { FromWorker, Load, PagePlace, Settings } from '../messages.js';
import { browserHost } from './host.js';
import { makeBody } from './http/body.js';
import { HttpCarrier, mostBytesOf } from './http/carrier.js';
import { type PhaseOutcome, runPhase } from './phase.js';
import { loadsOf, streamsOf, uploadsOf } from './shape.js';
import { version } from './version.js';

/** For the queues that one test leaves on the way, before the latency of the next is measured. */
const PAUSE_SECONDS = 0.5;

type Tell = (message: FromWorker) => void;

export async function run(settings: Settings, page: PagePlace, signal: AbortSignal, tell: Tell): Promise<void> {
  const runner = new Runner(settings, page, signal, tell);
  await runner.run();
}

export function hostOf({ browser }: PagePlace): Host {
  return browserHost(`wperf ${version} in a browser (${browser})`.slice(0, 64));
}

class Runner {
  readonly #settings: Settings;
  readonly #page: PagePlace;
  readonly #signal: AbortSignal;
  readonly #tell: Tell;
  readonly #began = performance.now();
  readonly #host: Host;
  /** Why the load goes by WebSocket. */
  #withoutHttp: string | undefined;

  constructor(settings: Settings, page: PagePlace, signal: AbortSignal, tell: Tell) {
    this.#settings = settings;
    this.#page = page;
    this.#signal = signal;
    this.#tell = tell;
    this.#host = hostOf(page);
  }

  async run(): Promise<void> {
    const json: string[] = [];
    const texts: string[] = [];
    let stopped = false;
    const loads = loadsOf(this.#settings.course);
    if (loads.some((load) => load !== 'down')) await makeBody(mostBytesOf(this.#page));
    for (const [i, load] of loads.entries()) {
      if (i > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_SECONDS * 1000));
      const outcome = await this.#phase(load);
      json.push(outcome.json);
      texts.push(outcome.text);
      const { error } = outcome;
      stopped = this.#signal.aborted;
      if (error && !stopped) return this.#tell({ type: 'failed', code: error.code, text: error.line });
      if (stopped) break;
    }
    this.#tell({ type: 'done', stopped, json, text: texts.join('\n') });
  }

  async #phase(load: Load): Promise<PhaseOutcome> {
    const quiet = deferred<void>();
    const carrier = this.#withoutHttp === undefined ? this.#carrier(load, quiet.promise) : undefined;
    const outcome = await this.#runPhase(load, carrier, () => quiet.resolve());
    const refused = outcome.error?.code === 'request-refused' ? outcome.error.message : undefined;
    const why = carrier?.failure ?? refused;
    if (outcome.begun || !carrier || why === undefined || this.#signal.aborted) return outcome;
    this.#withoutHttp = why;
    this.#tell({ type: 'note', text: `The load goes by WebSocket, which is slower than HTTP: ${why}.` });
    return this.#runPhase(load);
  }

  #runPhase(load: Load, carrier?: HttpCarrier, onQuiet = () => {}): Promise<PhaseOutcome> {
    const now = () => (performance.now() - this.#began) / 1000;
    const shared = { settings: this.#settings, page: this.#page, host: this.#host, signal: this.#signal };
    return runPhase({ ...shared, load, carrier, now, onQuiet, tell: this.#tell });
  }

  #carrier(load: Load, quiet: Promise<void>): HttpCarrier {
    const page = this.#page;
    const streams = streamsOf(this.#settings.streams, load);
    return new HttpCarrier({ page, load, uploads: uploadsOf(streams, load), clock: this.#host.clock, quiet });
  }
}
