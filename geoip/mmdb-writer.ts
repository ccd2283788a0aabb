/**
 * Writes the MaxMind DB file format 2.0 (https://maxmind.github.io/MaxMind-DB/): search tree, data section, metadata.
 * Of its types only those that country and AS records need: map, array, UTF-8 string and unsigned integer.
 */
import type { FrozenTree } from './network-tree.js';

export type MmdbValue = string | number | readonly MmdbValue[] | { readonly [key: string]: MmdbValue };

export interface MmdbContent {
  readonly tree: FrozenTree;
  /** The record of each value in the tree. */
  readonly records: readonly MmdbValue[];
  readonly databaseType: string;
  readonly description: string;
  readonly buildDate: Date;
}

const typeNumbers = { pointer: 1, string: 2, uint16: 5, uint32: 6, map: 7, uint64: 9, array: 11 } as const;
type TypeName = keyof typeof typeNumbers;

const separator = Buffer.alloc(16);
const metadataMarker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');

export function writeMmdb(content: MmdbContent): Buffer {
  const data = new DataSection();
  const offsets = new Map<number, number>();
  for (const slot of content.tree.slots) {
    const record = slot < 0 && !offsets.has(slot) ? content.records[-1 - slot] : undefined;
    if (record !== undefined) offsets.set(slot, data.add(record));
  }
  const recordBits = content.tree.nodeCount + separator.length + data.length < 2 ** 24 ? 24 : 32;
  const tree = searchTree(content.tree, offsets, recordBits);
  return Buffer.concat([tree, separator, data.bytes(), metadataMarker, metadata(content, recordBits)]);
}

/** A record of the tree is a node's number, or the node count for "nothing here", or beyond it a place in the data. */
function searchTree(tree: FrozenTree, offsets: ReadonlyMap<number, number>, recordBits: 24 | 32): Buffer {
  const recordBytes = recordBits / 8;
  const bytes = Buffer.alloc(tree.slots.length * recordBytes);
  let at = 0;
  for (const slot of tree.slots) {
    const offset = offsets.get(slot);
    const record = slot > 0 ? slot : tree.nodeCount + (offset === undefined ? 0 : separator.length + offset);
    at = bytes.writeUIntBE(record, at, recordBytes);
  }
  return bytes;
}

function metadata(content: MmdbContent, recordBits: number): Buffer {
  const fields: [string, Buffer][] = [
    ['binary_format_major_version', unsigned('uint16', 2)],
    ['binary_format_minor_version', unsigned('uint16', 0)],
    ['build_epoch', unsigned('uint64', Math.floor(content.buildDate.getTime() / 1000))],
    ['database_type', text(content.databaseType)],
    ['description', Buffer.concat([control('map', 1), text('en'), text(content.description)])],
    ['ip_version', unsigned('uint16', 6)],
    ['languages', control('array', 0)],
    ['node_count', unsigned('uint32', content.tree.nodeCount)],
    ['record_size', unsigned('uint16', recordBits)],
  ];
  return Buffer.concat([control('map', fields.length), ...fields.flatMap(([key, value]) => [text(key), value])]);
}

/** The data section, in which a string that was written before is pointed to. */
class DataSection {
  readonly #textOffsets = new Map<string, number>();
  #buffer = Buffer.alloc(2 ** 16);
  length = 0;

  /** Writes a value and gives its offset. */
  add(value: MmdbValue): number {
    const offset = this.length;
    if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'number') this.#push(unsigned('uint32', value));
    else if (isArray(value)) {
      this.#push(control('array', value.length));
      for (const item of value) this.add(item);
    } else {
      const entries = Object.entries(value);
      this.#push(control('map', entries.length));
      for (const [key, item] of entries) {
        this.#text(key);
        this.add(item);
      }
    }
    return offset;
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.length);
  }

  #text(value: string): void {
    const offset = this.#textOffsets.get(value);
    const reference = offset === undefined ? undefined : pointer(offset);
    if (reference !== undefined && reference.length <= Buffer.byteLength(value)) {
      this.#push(reference);
    } else {
      this.#textOffsets.set(value, this.length);
      this.#push(text(value));
    }
  }

  #push(part: Buffer): void {
    if (this.length + part.length > this.#buffer.length) {
      this.#buffer = Buffer.concat([this.#buffer, Buffer.alloc(this.#buffer.length + part.length)]);
    }
    part.copy(this.#buffer, this.length);
    this.length += part.length;
  }
}

function isArray(value: MmdbValue): value is readonly MmdbValue[] {
  return Array.isArray(value);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([control('string', bytes.length), bytes]);
}

/** An integer without its leading zero bytes; zero has no bytes at all. */
function unsigned(type: 'uint16' | 'uint32' | 'uint64', value: number): Buffer {
  const size = Math.ceil(Math.log2(value + 1) / 8);
  const bytes = Buffer.alloc(size);
  if (size > 0) bytes.writeUIntBE(value, 0, size);
  return Buffer.concat([control(type, size), bytes]);
}

/** Type and size: three bits and five, with a type beyond 7 in a second byte and a size of 29 or more in further ones. */
function control(type: TypeName, size: number): Buffer {
  const number = typeNumbers[type];
  const [code, extra] = sizeCode(size);
  return Buffer.from(number > 7 ? [code, number - 7, ...extra] : [(number << 5) | code, ...extra]);
}

function sizeCode(size: number): [number, number[]] {
  if (size < 29) return [size, []];
  if (size < 285) return [29, [size - 29]];
  if (size < 65_821) return [30, [(size - 285) >> 8, (size - 285) & 0xff]];
  throw new RangeError(`a value of ${size} bytes is too long for a record`);
}

/** The shortest of the pointer forms: 11, 19, 27 or 32 bits, each counted from where the shorter one ends. */
function pointer(offset: number): Buffer {
  const high = typeNumbers.pointer << 5;
  if (offset < 2048) return Buffer.from([high | (offset >> 8), offset & 0xff]);
  if (offset < 526_336) {
    const rest = offset - 2048;
    return Buffer.from([high | 0x08 | (rest >> 16), (rest >> 8) & 0xff, rest & 0xff]);
  }
  const bytes = Buffer.alloc(offset < 134_744_064 ? 4 : 5);
  if (bytes.length === 4) bytes.writeUInt32BE(((high | 0x10) * 2 ** 24 + (offset - 526_336)) >>> 0);
  else {
    bytes[0] = high | 0x18;
    bytes.writeUInt32BE(offset, 1);
  }
  return bytes;
}
