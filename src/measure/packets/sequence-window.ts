/** Which of the latest numbers have come: one bit for each. Pure. */

export class SequenceWindow {
  readonly #size: number;
  readonly #seen: Uint8Array;
  #next = 0;

  /** @param size in numbers, a multiple of 8. */
  constructor(size: number) {
    this.#size = size;
    this.#seen = new Uint8Array(size / 8);
  }

  /** False for a number that has come before, or is too old to tell. */
  add(number: number): boolean {
    if (number < this.#next - this.#size) return false;
    if (number >= this.#next) this.#advance(number);
    const [index, bit] = this.#placeOf(number);
    const byte = this.#seen[index] ?? 0;
    this.#seen[index] = byte | bit;
    return (byte & bit) === 0;
  }

  /** However far a number jumps ahead, it costs a few steps: whole bytes are cleared at once. */
  #advance(number: number): void {
    let at = Math.max(this.#next, number - this.#size + 1);
    while (at <= number) {
      const [index, bit] = this.#placeOf(at);
      const bytes = bit === 1 ? Math.min((number - at + 1) >> 3, this.#seen.length - index) : 0;
      if (bytes > 0) this.#seen.fill(0, index, index + bytes);
      else this.#seen[index] = (this.#seen[index] ?? 0) & ~bit;
      at += 8 * bytes || 1;
    }
    this.#next = number + 1;
  }

  #placeOf(number: number): [index: number, bit: number] {
    const place = number % this.#size;
    return [place >> 3, 1 << (place & 7)];
  }
}
