/** A connection for load alone as if its path were worse: what arrives is left alone, since the other end does the same. */
import type { Clock } from '../../host/clock.js';
import type { Data, LoadLink, LoadSink, LoadWriter, LossCounts, PacketListener, Stamp } from '../channel.js';
import type { DelayLine } from './delay-line.js';
import { delayLineOf, SimulatedLoad, type SimulatedOptions } from './load.js';

export class SimulatedLink implements Data {
  readonly #inner: LoadLink;
  readonly #load: SimulatedLoad;
  readonly #line: DelayLine;

  constructor(inner: LoadLink, options: SimulatedOptions) {
    this.#inner = inner;
    this.#line = delayLineOf(options);
    this.#load = new SimulatedLoad(inner, options, this.#line);
  }

  /** Forgets what waits for its delay. */
  end(): void {
    this.#line.end();
  }

  get sink(): LoadSink | undefined {
    return this.#inner.sink;
  }

  set sink(sink: LoadSink | undefined) {
    this.#inner.sink = sink;
  }

  get packets(): PacketListener | undefined {
    return this.#inner.packets;
  }

  set packets(listener: PacketListener | undefined) {
    this.#inner.packets = listener;
  }

  get isApart(): boolean | undefined {
    return this.#inner.isApart;
  }

  get pacingClock(): Clock | undefined {
    return this.#inner.pacingClock;
  }

  get socketDrops(): number | undefined {
    return this.#inner.socketDrops;
  }

  get queuedBytes(): number {
    return this.#inner.queuedBytes;
  }

  get simulated(): LossCounts {
    return this.#load.counts;
  }

  loadWriter(blockBytes: number, maxBytes: number, stamp?: Stamp): LoadWriter {
    return this.#load.writer(blockBytes, maxBytes, stamp);
  }
}
