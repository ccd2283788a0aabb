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

  #advance(number: number): void {
    for (let i = Math.max(this.#next, number - this.#size + 1); i <= number; i++) {
      const [index, bit] = this.#placeOf(i);
      this.#seen[index] = (this.#seen[index] ?? 0) & ~bit;
    }
    this.#next = number + 1;
  }

  #placeOf(number: number): [index: number, bit: number] {
    const place = number % this.#size;
    return [place >> 3, 1 << (place & 7)];
  }
}
