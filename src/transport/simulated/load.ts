/**
 * Load as if its path were worse, whatever carries it: what this end sends is delayed and in part lost, what arrives is
 * left alone, since the other end does the same.
 */
import type { Clock } from '../../host/clock.js';
import type { Simulation } from '../../plan/plan.js';
import type { Data, LoadSink, LoadWriter, LossCounts, PacketListener, Stamp } from '../channel.js';
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

export class SimulatedLoad<I extends Data = Data> implements Data {
  protected readonly inner: I;
  protected readonly options: SimulatedOptions;
  protected readonly line: DelayLine;
  #writer: SimulatedWriter | undefined;

  constructor(inner: I, options: SimulatedOptions) {
    this.inner = inner;
    this.options = options;
    this.line = delayLineOf(options);
  }

  get sink(): LoadSink | undefined {
    return this.inner.sink;
  }

  set sink(sink: LoadSink | undefined) {
    this.inner.sink = sink;
  }

  get packets(): PacketListener | undefined {
    return this.inner.packets;
  }

  set packets(listener: PacketListener | undefined) {
    this.inner.packets = listener;
  }

  get isApart(): boolean | undefined {
    return this.inner.isApart;
  }

  get pacingClock(): Clock | undefined {
    return this.inner.pacingClock;
  }

  get socketDrops(): number | undefined {
    return this.inner.socketDrops;
  }

  get refusedDatagrams(): number | undefined {
    return this.inner.refusedDatagrams;
  }

  get queuedBytes(): number {
    return this.inner.queuedBytes;
  }

  get simulated(): LossCounts {
    return this.#writer?.counts ?? { messages: 0, dropped: 0 };
  }

  loadWriter(blockBytes: number, maxBytes: number, stamp?: Stamp): LoadWriter {
    const { simulation, clock, packets, bitsPerSecond } = this.options;
    const { latencyMs = 0, jitterMs = 0 } = simulation;
    this.#writer = new SimulatedWriter({
      ...{ blockBytes, maxBytes, stamp, clock, line: this.line },
      makeInner: (bytes, heads) => this.inner.loadWriter(blockBytes, bytes, heads),
      window: new Window((latencyMs + jitterMs) / 1000, bitsPerSecond / 8),
      isLost: lossOf(this.options, 'load'),
      mayOvertake: packets && jitterMs > 0,
    });
    return this.#writer;
  }

  /** Forgets what waits for its delay. */
  end(): void {
    this.line.end();
  }
}

function delayLineOf(options: SimulatedOptions): DelayLine {
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
