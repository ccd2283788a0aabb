/**
 * How much load may be under way on a simulated path at a time: twice what the connection under it took in the time that
 * the path is long. So it doubles each time, as TCP's slow start does, until the connection takes no more; what waits
 * for the connection is then about as much again as what waits for its delay, and a slow link still pushes back. Pure.
 */

const LEAST_BYTES = 64 * 1024;
/** A shorter stretch would measure the timers of this process. */
const LEAST_SECONDS = 0.01;

export class Window {
  readonly #seconds: number;
  /** When the running stretch began; undefined until the connection was given something. */
  #since: number | undefined;
  #lastBytes: number;
  #bytes = 0;

  /** `bytesPerSecond` that the sender keeps to are let through at once, 0 where it keeps to none. */
  constructor(pathSeconds: number, bytesPerSecond: number) {
    this.#seconds = Math.max(LEAST_SECONDS, pathSeconds);
    this.#lastBytes = bytesPerSecond * this.#seconds;
  }

  get bytes(): number {
    return LEAST_BYTES + 2 * Math.max(this.#lastBytes, this.#bytes);
  }

  /** The connection took so many bytes, which it had been given at `givenAt`. */
  took(bytes: number, givenAt: number, now: number): void {
    this.#since ??= givenAt;
    this.#bytes += bytes;
    const seconds = now - this.#since;
    if (seconds < this.#seconds) return;
    this.#lastBytes = (this.#bytes * this.#seconds) / seconds;
    this.#bytes = 0;
    this.#since = now;
  }
}
