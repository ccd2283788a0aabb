/** Reads the AS ranges of ip-location-db's numeric CSV files: `first,last,number,name`, both ends included. */
import { type GeoipRecord, normalizeRecord } from '../src/geoip/record.js';
import type { VisitNetwork } from './mmdb-networks.js';

export function visitAsnCsv(text: string, visit: VisitNetwork): void {
  const known = new Map<string, GeoipRecord>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, first = '', last = '', as = ''] = /^(\d+),(\d+),(\d+,.*)$/.exec(line) ?? [];
    if (first === '') throw new Error(`not an AS range: ${line.slice(0, 80)}`);
    const record = known.get(as) ?? recordOf(as);
    known.set(as, record);
    visit(addressBytes(first), addressBytes(last), record);
  }
}

/** `15169,Google LLC`, where a name with a comma or a quote in it is quoted. */
function recordOf(as: string): GeoipRecord {
  const comma = as.indexOf(',');
  const name = as.slice(comma + 1);
  const bare = name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
  return normalizeRecord({ asn: as.slice(0, comma), as_name: bare });
}

/** Decimal text up to 2^128 - 1 as 16 bytes; the short numbers are those of IPv4, which a plain number holds. */
function addressBytes(decimal: string): Uint8Array {
  if (decimal.length > 10) return Buffer.from(BigInt(decimal).toString(16).padStart(32, '0'), 'hex');
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(Number(decimal), 12);
  return bytes;
}
