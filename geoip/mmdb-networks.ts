/** Walks every network of an .mmdb file, in the order of the addresses. */
import { Reader } from 'maxmind';
import { type GeoipRecord, normalizeRecord } from '../src/geoip/record.js';

/** First and last address of a network: 16 bytes each, IPv4 in ::/96. The arrays are used again for the next network. */
export type VisitNetwork = (first: Uint8Array, last: Uint8Array, record: GeoipRecord) => void;

/** Where some files repeat their whole IPv4 tree: Teredo, 6to4 and IPv4-mapped addresses, in hexadecimal. */
const ipv4Aliases = ['20010000', '2002', '00000000000000000000ffff'];

export function visitNetworks(file: Buffer, visit: VisitNetwork): void {
  const { metadata } = new Reader(file);
  const { nodeCount } = metadata;
  const recordOf = recordReader(file);
  const first = new Uint8Array(16);
  const last = new Uint8Array(16);
  const walk = (entry: number, depth: number) => {
    if (entry === nodeCount || isIpv4Alias(first, depth)) return;
    if (entry > nodeCount) {
      last.set(first);
      for (let bit = depth; bit < 128; bit++) setBit(last, bit, 1);
      visit(first, last, recordOf(entry, first));
      return;
    }
    for (const side of [0, 1] as const) {
      setBit(first, depth, side);
      walk(treeEntry(file, metadata.recordSize, entry, side), depth + 1);
    }
    setBit(first, depth, 0);
  };
  walk(0, metadata.ipVersion === 4 ? 96 : 0);
}

/** One side of a node; nodes of 24, 28 or 32 bits a side are laid out as the format's section "Node Layout" shows. */
export function treeEntry(file: Buffer, recordBits: number, node: number, side: 0 | 1): number {
  const at = (node * recordBits) / 4;
  if (recordBits !== 28) return file.readUIntBE(at + (side * recordBits) / 8, recordBits / 8);
  const middle = file.readUInt8(at + 3);
  return side === 0
    ? ((middle & 0xf0) << 20) | file.readUIntBE(at, 3)
    : ((middle & 0x0f) << 24) | file.readUIntBE(at + 4, 3);
}

/** Decodes each record once, by looking up the first address that leads to it. */
function recordReader(file: Buffer): (entry: number, first: Uint8Array) => GeoipRecord {
  const reader = new Reader<Record<string, never>>(file);
  const decoded = new Map<number, GeoipRecord>();
  return (entry, first) => {
    const known = decoded.get(entry);
    if (known !== undefined) return known;
    const record = normalizeRecord(reader.get(addressText(first)));
    decoded.set(entry, record);
    return record;
  };
}

function addressText(address: Uint8Array): string {
  const bytes = Buffer.from(address);
  if (bytes.subarray(0, 12).every((byte) => byte === 0)) return bytes.subarray(12).join('.');
  return (bytes.toString('hex').match(/.{4}/g) ?? []).join(':');
}

function isIpv4Alias(address: Uint8Array, depth: number): boolean {
  if (depth !== 16 && depth !== 32 && depth !== 96) return false;
  return ipv4Aliases.includes(Buffer.from(address.subarray(0, depth / 8)).toString('hex'));
}

function setBit(address: Uint8Array, depth: number, bit: 0 | 1): void {
  const mask = 0x80 >> (depth & 7);
  const byte = address[depth >> 3] ?? 0;
  address[depth >> 3] = bit === 1 ? byte | mask : byte & ~mask;
}
