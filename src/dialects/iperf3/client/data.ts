/** The load of one stream: one connection, or where it goes both ways, one for each. */
import type { Clock } from '../../../host/clock.js';
import type { Data, LoadLink, LoadSink, LoadWriter, PacketListener, Stamp } from '../../../transport/channel.js';
import type { EarlyPackets } from './early.js';

/** What goes out by the first link and comes in by the second; `arrived` is told of all that comes in. */
export class StreamData implements Data {
  readonly isApart = true;
  readonly #out: LoadLink;
  readonly #in: LoadLink;
  readonly #early: EarlyPackets | undefined;
  readonly #arrived: (bytes: number) => void;
  #writer: LoadWriter | undefined;
  #deliveredBytes: number | undefined;
  #sink: LoadSink | undefined;
  #packets: PacketListener | undefined;

  /** `early` is what has come in already. */
  constructor(out: LoadLink, incoming: LoadLink, arrived: (bytes: number) => void, early?: EarlyPackets) {
    this.#out = out;
    this.#in = incoming;
    this.#arrived = arrived;
    this.#early = early;
  }

  get sink(): LoadSink | undefined {
    return this.#sink;
  }

  set sink(sink: LoadSink | undefined) {
    this.#sink = sink;
    this.#in.sink = sink && {
      arrived: (bytes) => {
        sink.arrived(bytes);
        this.#arrived(bytes);
      },
    };
  }

  get packets(): PacketListener | undefined {
    return this.#packets;
  }

  set packets(listener: PacketListener | undefined) {
    this.#packets = listener;
    const listen: PacketListener = (head, bytes, arrivedAt) => {
      listener?.(head, bytes, arrivedAt);
      this.#arrived(bytes);
    };
    this.#in.packets = listener && listen;
    if (listener) this.#early?.tell(listen);
  }

  get queuedBytes(): number {
    return this.#out.queuedBytes;
  }

  get reader() {
    return this.#in.reader ?? 'process';
  }

  get pacingClock(): Clock | undefined {
    return this.#out.pacingClock;
  }

  get socketDrops(): number | undefined {
    return this.#in.socketDrops;
  }

  get refusedDatagrams(): number | undefined {
    return this.#out.refusedDatagrams;
  }

  /** Bytes that have come or gone: a sign of life. What has been delivered of them is known from then on, too. */
  look(): number {
    this.#lookAtDelivery();
    return this.#in.bytesRead + (this.#writer?.takenBytes ?? 0);
  }

  /**
   * Of what has gone, as far as the system told it while the connection stood; undefined where it tells nothing, as of
   * what a proxy has acknowledged.
   */
  get deliveredBytes(): number | undefined {
    this.#lookAtDelivery();
    return this.#deliveredBytes;
  }

  copyLoad(): void {
    this.#in.copyLoad?.();
  }

  loadWriter(blockBytes: number, maxBytes: number, stamp?: Stamp, isPaced?: boolean): LoadWriter {
    this.#writer = this.#out.loadWriter(blockBytes, maxBytes, stamp, isPaced);
    return this.#writer;
  }

  #lookAtDelivery(): void {
    const waiting = this.#out.info.server ? undefined : this.#out.kernel?.sample()?.waitingBytes;
    if (waiting !== undefined) this.#deliveredBytes = Math.max(0, (this.#writer?.takenBytes ?? 0) - waiting);
  }
}
