/** Load as if its path were worse, whatever carries it: what this end sends is delayed and in part lost. */
import type { Clock } from '../../host/clock.js';
import type { Simulation } from '../../plan/plan.js';
import type { Data, LoadWriter, LossCounts, Stamp } from '../channel.js';
import { DelayLine } from './delay-line.js';
import { seededRandom } from './random.js';
import { Window } from './window.js';
import { SimulatedWriter } from './writer.js';

export interface SimulatedOptions {
  readonly simulation: Simulation;
  /** Tells this end's chance from that of every other under the same seed. */
  readonly name: string;
  readonly clock: Clock;
  /** Messages of load are packets, which may overtake each other. */
  readonly packets: boolean;
  /** What a sender of load keeps to; 0 is no rate. */
  readonly bitsPerSecond: number;
}

export class SimulatedLoad {
  readonly #inner: Pick<Data, 'loadWriter'>;
  readonly #options: SimulatedOptions;
  readonly #line: DelayLine;
  #writer: SimulatedWriter | undefined;

  constructor(inner: Pick<Data, 'loadWriter'>, options: SimulatedOptions, line: DelayLine) {
    this.#inner = inner;
    this.#options = options;
    this.#line = line;
  }

  get counts(): LossCounts {
    return this.#writer?.counts ?? { messages: 0, dropped: 0 };
  }

  writer(blockBytes: number, maxBytes: number, stamp?: Stamp): LoadWriter {
    const { simulation, clock, packets, bitsPerSecond } = this.#options;
    const { latencyMs = 0, jitterMs = 0 } = simulation;
    this.#writer = new SimulatedWriter({
      ...{ blockBytes, maxBytes, stamp, clock, line: this.#line },
      makeInner: (bytes, heads) => this.#inner.loadWriter(blockBytes, bytes, heads),
      window: new Window((latencyMs + jitterMs) / 1000, bitsPerSecond / 8),
      isLost: lossOf(this.#options, 'load'),
      mayOvertake: packets && jitterMs > 0,
    });
    return this.#writer;
  }
}

export function delayLineOf(options: SimulatedOptions): DelayLine {
  const { latencyMs = 0, jitterMs = 0 } = options.simulation;
  const chance = randomOf(options, 'delay');
  return new DelayLine(options.clock, () => Math.max(0, latencyMs + jitterMs * (2 * chance() - 1)) / 1000);
}

export function lossOf(options: SimulatedOptions, what: string): () => boolean {
  const { lossPercent = 0 } = options.simulation;
  const chance = randomOf(options, what);
  return () => 100 * chance() < lossPercent;
}

function randomOf({ simulation, name }: SimulatedOptions, what: string): () => number {
  return seededRandom(`${simulation.seed} ${name} ${what}`);
}
