/** Makes one database of several sources. */
import type { GeoipRecord } from '../src/geoip/record.js';
import { type MmdbValue, writeMmdb } from './mmdb-writer.js';
import { NetworkTree } from './network-tree.js';
import { RecordTable } from './record-table.js';
import type { DataSource } from './sources.js';

/** Earlier sources win; a later one fills what they lack. */
export function buildDatabase(sources: readonly DataSource[]): Buffer {
  const table = new RecordTable();
  const tree = new NetworkTree((held, added) => table.merge(held, added));
  for (const source of sources) {
    source.visit((first, last, record) => tree.insert(first, last, table.numberOf(record)));
  }
  return writeMmdb({
    tree: tree.freeze(),
    records: table.records.map(shippedRecord),
    databaseType: 'wperf-Country-ASN',
    description: sources.map(({ name, date, license }) => `${name}, ${date}, ${license}`).join('; '),
    buildDate: new Date(sources.map(({ date }) => date).sort()[0] ?? 0),
  });
}

function shippedRecord({ country, asn, asName }: GeoipRecord): MmdbValue {
  return {
    ...(country !== undefined && { country_code: country }),
    ...(asn !== undefined && { autonomous_system_number: asn }),
    ...(asName !== undefined && { autonomous_system_organization: asName }),
  };
}
