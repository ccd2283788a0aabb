/** One .mmdb file in memory: tested before it is used, so that a broken one is refused rather than met at a lookup. */
import { readFile, stat } from 'node:fs/promises';
import { Reader } from 'maxmind';
import { geoip } from '../defaults/index.js';
import { stripControl } from '../errors.js';
import { type Ip, parseIp } from '../net/ip.js';
import { packageFileStamp, readPackageFile } from '../package.js';
import { type GeoipRecord, normalizeRecord } from './record.js';
import { type GeoipSource, isoDay, shippedPath, shippedSources } from './sources.js';

export interface Database {
  readonly path: string;
  /** Of the file as it was read; see `stampOf`. */
  readonly stamp: string;
  readonly sources: readonly GeoipSource[];
  /** The country and AS of an address; empty where the file has none. Never throws. */
  find(address: Ip): GeoipRecord;
}

type MmdbReader = Reader<Record<string, never>>;

const gzipMagic = Buffer.from([0x1f, 0x8b]);
const metadataMarker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
const separatorBytes = 16;
const probes = ['8.8.8.8', '1.1.1.1', '192.0.2.1', '2001:4860:4860::8888', '2606:4700:4700::1111'];

/** Changes when a file is replaced or written. */
export async function fileStampOf(path: string): Promise<string> {
  if (path === shippedPath) return packageFileStamp(path);
  const { ino, size, ctimeMs } = await stat(path);
  return `${ino} ${size} ${ctimeMs}`;
}

/** Reads and tests a file. Rejects with an Error whose message is the reason why it cannot be used. */
export async function loadDatabase(path: string): Promise<Database> {
  const stamp = await fileStampOf(path);
  const reader = openReader(await readBounded(path));
  if ((await fileStampOf(path)) !== stamp) throw new Error('it changed while it was read');
  const sources = path === shippedPath ? await shippedSources() : [sourceOf(path, reader)];
  return { path, stamp, sources, find: (address) => findSafely(reader, address) };
}

async function readBounded(path: string): Promise<Buffer> {
  if (path === shippedPath) return readPackageFile(path);
  const found = await stat(path);
  if (!found.isFile() && !found.isDirectory()) throw new Error('it is no file');
  const { size } = found;
  if (size > geoip.fileBytes) throw new Error(`it has ${size} bytes, more than the ${geoip.fileBytes} allowed`);
  return await readFile(path);
}

function openReader(bytes: Buffer): MmdbReader {
  if (bytes.subarray(0, 2).equals(gzipMagic)) throw new Error('it is compressed; unpack it with gunzip');
  if (!bytes.includes(metadataMarker)) throw new Error('it is not a MaxMind DB file, or its end is missing');
  const reader: MmdbReader = new Reader(bytes);
  const { ipVersion, nodeCount, searchTreeSize, buildEpoch } = reader.metadata;
  if (ipVersion !== 4 && ipVersion !== 6) throw new Error('its IP version is neither 4 nor 6');
  if (!(nodeCount > 0 && searchTreeSize + separatorBytes < bytes.length))
    throw new Error('its search tree is cut short');
  if (Number.isNaN(buildEpoch.getTime())) throw new Error('its build date makes no sense');
  for (const probe of probes) {
    const address = parseIp(probe);
    if (address !== undefined) find(reader, address);
  }
  return reader;
}

/** In a tree of IPv4 alone, the reader would take the first bits of an IPv6 address for one of IPv4. */
function find(reader: MmdbReader, address: Ip): GeoipRecord {
  if (address.family === 6 && reader.metadata.ipVersion === 4) return {};
  return normalizeRecord(reader.get(address.text));
}

/** A pointer into nowhere, in a part of the file that no probe met, costs one answer and not the process. */
function findSafely(reader: MmdbReader, address: Ip): GeoipRecord {
  try {
    return find(reader, address);
  } catch {
    return {};
  }
}

function sourceOf(path: string, { metadata }: MmdbReader): GeoipSource {
  return { name: stripControl(String(metadata.databaseType)), date: isoDay(metadata.buildEpoch), path };
}
