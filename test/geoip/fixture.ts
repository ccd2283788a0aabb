/** Small .mmdb files, written by the recipe's own writer. */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MmdbValue, writeMmdb } from '../../geoip/mmdb-writer.js';
import { NetworkTree } from '../../geoip/network-tree.js';

export type Networks = Readonly<Record<string, MmdbValue>>;

export interface FixtureOptions {
  readonly databaseType?: string;
  readonly buildDate?: Date;
}

/** The bytes of a database with one record for each network in CIDR notation. */
export function mmdb(networks: Networks, options: FixtureOptions = {}): Buffer {
  const tree = new NetworkTree((_held, added) => added);
  const records = Object.values(networks);
  for (const [index, cidr] of Object.keys(networks).entries()) tree.insert(...boundsOf(cidr), index);
  const { databaseType = 'Test', buildDate = new Date('2026-10-01T00:00:00Z') } = options;
  return writeMmdb({ tree: tree.freeze(), records, databaseType, description: 'a test', buildDate });
}

/** Replaces a file as updaters do: written beside it, then renamed over it. */
export async function replace(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(`${path}.new`, bytes);
  await rename(`${path}.new`, path);
}

export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'wperf-geoip-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** First and last address of a network as 16 bytes each, IPv4 in ::/96. */
export function boundsOf(cidr: string): [Uint8Array, Uint8Array] {
  const [network = '', bits = ''] = cidr.split('/');
  const isIpv4 = isIP(network) === 4;
  const prefix = Number(bits) + (isIpv4 ? 96 : 0);
  const address = isIpv4 ? ipv4Number(network) : ipv6Number(network);
  const size = 1n << BigInt(128 - prefix);
  return [bytesOf(address), bytesOf(address + size - 1n)];
}

export function bytesOf(address: bigint): Uint8Array {
  return Buffer.from(address.toString(16).padStart(32, '0'), 'hex');
}

function ipv4Number(text: string): bigint {
  return text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function ipv6Number(text: string): bigint {
  const [left = '', right] = text.split('::');
  const head = left.split(':').filter(Boolean);
  const tail = (right ?? '').split(':').filter(Boolean);
  const middle = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...middle, ...tail].reduce((sum, part) => sum * 65_536n + BigInt(`0x${part}`), 0n);
}
