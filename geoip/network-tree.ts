/**
 * A binary tree over the 128-bit address space (IPv4 lies in ::/96, as in MMDB files). Ranges are inserted one by one, and
 * `freeze` shares every subtree that occurs more than once.
 */

/** What a side of a node holds: 0 nothing, a positive number a node, a negative number the value -1 - slot. */
type Slot = number;

const addressBits = 128;
/** Slots stay within ±2^25, so that a pair of them is one exact key below 2^53. */
const slotBias = 2 ** 25;

export interface FrozenTree {
  /** The slots of node n are at 2n (bit 0) and 2n + 1 (bit 1); node 0 is the root. */
  readonly slots: Int32Array;
  readonly nodeCount: number;
}

interface Range {
  readonly value: number;
  readonly first: Uint8Array;
  readonly last: Uint8Array;
  /** From this bit on `first` is all zeros and `last` all ones: below it a node is covered whole. */
  readonly firstBits: number;
  readonly lastBits: number;
}

export class NetworkTree {
  #slots = new Int32Array(2 ** 16);
  #nodeCount = 1;
  readonly #merge: (held: number, added: number) => number;

  /** `merge` says what a network holds that had a value already and is given another. */
  constructor(merge: (held: number, added: number) => number) {
    this.#merge = merge;
  }

  /** Gives `value` (0 or more) to every address from `first` to `last`, both included: 16 bytes each. */
  insert(first: Uint8Array, last: Uint8Array, value: number): void {
    const firstBits = addressBits - trailingBits(first, 0);
    const lastBits = addressBits - trailingBits(last, 1);
    const range = { value, first, last, firstBits, lastBits };
    const shared = Math.min(sharedBits(first, last), Math.max(firstBits, lastBits, 1) - 1);
    this.#cover(this.#descend(first, shared), shared, range, true, true);
  }

  /** The node that the first `depth` bits of an address lead to. */
  #descend(address: Uint8Array, depth: number): number {
    let node = 0;
    for (let at = 0; at < depth; at++) node = this.#nodeAt(2 * node + bitAt(address, at));
    return node;
  }

  /** `firstBound` and `lastBound` say whether the node holds the range's first and last address, or lies between them. */
  #cover(node: number, depth: number, range: Range, firstBound: boolean, lastBound: boolean): void {
    const firstSide = firstBound ? bitAt(range.first, depth) : 0;
    const lastSide = lastBound ? bitAt(range.last, depth) : 1;
    for (let side = firstSide; side <= lastSide; side++) {
      const cutsFirst = firstBound && side === firstSide && depth + 1 < range.firstBits;
      const cutsLast = lastBound && side === lastSide && depth + 1 < range.lastBits;
      const at = 2 * node + side;
      if (cutsFirst || cutsLast) this.#cover(this.#nodeAt(at), depth + 1, range, cutsFirst, cutsLast);
      else this.#fill(at, range.value);
    }
  }

  #fill(at: number, value: number): void {
    const slot = this.#slot(at);
    if (slot > 0) {
      this.#fill(2 * slot, value);
      this.#fill(2 * slot + 1, value);
    } else {
      this.#slots[at] = -1 - (slot === 0 ? value : this.#merge(-1 - slot, value));
    }
  }

  /** The node at a slot; a slot that was empty or held a value gets a new node, both of whose sides hold the same. */
  #nodeAt(at: number): number {
    const slot = this.#slot(at);
    if (slot > 0) return slot;
    const node = this.#nodeCount++;
    if (2 * node + 1 >= this.#slots.length) this.#grow();
    this.#slots[2 * node] = slot;
    this.#slots[2 * node + 1] = slot;
    this.#slots[at] = node;
    return node;
  }

  #grow(): void {
    const larger = new Int32Array(this.#slots.length * 2);
    larger.set(this.#slots);
    this.#slots = larger;
  }

  #slot(at: number): Slot {
    return this.#slots[at] ?? 0;
  }

  freeze(): FrozenTree {
    const shared = new Map<number, number>();
    const pairs: Slot[] = [];
    const share = (left: Slot, right: Slot): Slot => {
      const key = (left + slotBias) * 2 * slotBias + (right + slotBias);
      const known = shared.get(key);
      if (known !== undefined) return known;
      const node = pairs.push(left, right) / 2;
      shared.set(key, node);
      return node;
    };
    const canonical = (slot: Slot): Slot => {
      if (slot <= 0) return slot;
      const left = canonical(this.#slot(2 * slot));
      const right = canonical(this.#slot(2 * slot + 1));
      return left === right && left <= 0 ? left : share(left, right);
    };
    pairs.push(canonical(this.#slot(0)), canonical(this.#slot(1)));
    return rootFirst(pairs);
  }
}

/** Shared nodes are numbered from 1 and the root comes last; in a file the root is node 0, so the order is turned round. */
function rootFirst(pairs: readonly Slot[]): FrozenTree {
  const nodeCount = pairs.length / 2;
  const slots = new Int32Array(pairs.length);
  for (const [index, slot] of pairs.entries()) {
    const node = nodeCount - 1 - (index >> 1);
    slots[2 * node + (index & 1)] = slot > 0 ? nodeCount - slot : slot;
  }
  return { slots, nodeCount };
}

function bitAt(address: Uint8Array, depth: number): number {
  return ((address[depth >> 3] ?? 0) >> (7 - (depth & 7))) & 1;
}

/** How many of their first bits two addresses have in common. */
function sharedBits(first: Uint8Array, last: Uint8Array): number {
  let byte = 0;
  while (byte < first.length && first[byte] === last[byte]) byte++;
  const different = (first[byte] ?? 0) ^ (last[byte] ?? 0);
  return byte === first.length ? addressBits : 8 * byte + Math.clz32(different) - 24;
}

/** How many of the last bits are all `bit`. */
function trailingBits(address: Uint8Array, bit: 0 | 1): number {
  const whole = bit === 0 ? 0 : 0xff;
  let byte = address.length - 1;
  while (byte >= 0 && address[byte] === whole) byte--;
  if (byte < 0) return addressBits;
  const different = (address[byte] ?? 0) ^ whole;
  return 8 * (address.length - 1 - byte) + 31 - Math.clz32(different & -different);
}
