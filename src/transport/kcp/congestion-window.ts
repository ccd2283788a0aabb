/**
 * KCP's congestion window: slow start, then about a segment more for each window that is acknowledged, down to one
 * segment after a timeout and to about half after a fast resend. Pure. It begins at one segment, where other
 * implementations begin at none and let the first flush pass.
 */

const MIN_THRESHOLD = 2;

export class CongestionWindow {
  segments = 1;
  readonly #segmentBytes: number;
  #threshold = MIN_THRESHOLD;
  /** The window in bytes, with the part of a segment that it has grown by. */
  #bytes: number;

  /** @param segmentBytes of payload, at most. */
  constructor(segmentBytes: number) {
    this.#segmentBytes = segmentBytes;
    this.#bytes = segmentBytes;
  }

  /** A datagram acknowledged more; the window grows up to what the peer can take. */
  acknowledged(remoteWindow: number): void {
    if (this.segments >= remoteWindow) return;
    if (this.segments < this.#threshold) this.#set(this.segments + 1);
    else this.#avoidCongestion();
    if (this.segments > remoteWindow) this.#set(remoteWindow);
  }

  resentFast(inFlight: number, resend: number): void {
    this.#threshold = Math.max(MIN_THRESHOLD, inFlight >>> 1);
    this.#set(this.#threshold + resend);
  }

  timedOut(): void {
    this.#threshold = Math.max(MIN_THRESHOLD, this.segments >>> 1);
    this.#set(1);
  }

  #avoidCongestion(): void {
    const size = this.#segmentBytes;
    this.#bytes += size ** 2 / this.#bytes + size / 16;
    if (this.#bytes >= (this.segments + 1) * size) this.segments = Math.ceil(this.#bytes / size);
  }

  #set(segments: number): void {
    this.segments = segments;
    this.#bytes = segments * this.#segmentBytes;
  }
}
