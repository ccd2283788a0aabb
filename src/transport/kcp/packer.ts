/** Puts segments into datagrams: as many into each as it holds, and one that fills it goes out from where it lies. */
import { HEADER_BYTES } from './segment.js';

export class Packer {
  /** Of datagrams to come. */
  mtu: number;
  readonly #output: (datagram: Buffer) => void;
  #datagram: Buffer | undefined;
  #filled = 0;

  constructor(mtu: number, output: (datagram: Buffer) => void) {
    this.mtu = mtu;
    this.#output = output;
  }

  /** @param segment with its header. */
  add(segment: Buffer): void {
    if (this.#filled + segment.length > this.mtu) this.finish();
    if (segment.length + HEADER_BYTES > this.mtu) this.#output(segment);
    else this.#append(segment);
  }

  /** Lets go of the datagram that is not full. */
  finish(): void {
    const datagram = this.#datagram;
    if (!datagram) return;
    const filled = this.#filled;
    this.#datagram = undefined;
    this.#filled = 0;
    this.#output(datagram.subarray(0, filled));
  }

  #append(segment: Buffer): void {
    this.#datagram ??= Buffer.allocUnsafe(this.mtu);
    segment.copy(this.#datagram, this.#filled);
    this.#filled += segment.length;
  }
}
