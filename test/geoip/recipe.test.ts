import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { Reader } from 'maxmind';
import { describe, expect, test } from 'vitest';
import { visitAsnCsv } from '../../geoip/asn-csv.js';
import { buildDatabase } from '../../geoip/database.js';
import { treeEntry, visitNetworks } from '../../geoip/mmdb-networks.js';
import { type MmdbValue, writeMmdb } from '../../geoip/mmdb-writer.js';
import { NetworkTree } from '../../geoip/network-tree.js';
import { type DataSource, dbipLiteSource } from '../../geoip/sources.js';
import { bytesOf, inFolder, mmdb } from './fixture.js';

const globalUnicastStart = 0x2000n << 112n;

function read(file: Buffer, ip: string): unknown {
  return new Reader<Record<string, never>>(file).get(ip);
}

function ipv6(address: bigint): string {
  return (address.toString(16).padStart(32, '0').match(/.{4}/g) ?? []).join(':');
}

describe('the writer', () => {
  test('gives every address the value of the last range that holds it', () => {
    const offset = fc.oneof(fc.bigInt(0n, 40n), fc.bigInt(0n, 2n ** 64n), fc.bigInt(0n, 2n ** 125n - 1n));
    const range = fc.tuple(offset, offset).map(([a, b]) => (a < b ? ([a, b] as const) : ([b, a] as const)));
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 12 }), fc.array(offset), (ranges, others) => {
        const tree = new NetworkTree((_held, added) => added);
        for (const [index, [first, last]] of ranges.entries()) {
          tree.insert(bytesOf(globalUnicastStart + first), bytesOf(globalUnicastStart + last), index);
        }
        const records = ranges.map((_range, index) => ({ value: index + 1 }));
        const file = writeMmdb({
          tree: tree.freeze(),
          records,
          databaseType: 't',
          description: '',
          buildDate: new Date(0),
        });
        const edges = ranges.flatMap(([first, last]) => [first, last, last + 1n]);
        for (const at of [...edges, ...others].filter((edge) => edge < 2n ** 125n)) {
          const expected = ranges.findLastIndex(([first, last]) => first <= at && at <= last);
          expect(read(file, ipv6(globalUnicastStart + at))).toEqual(expected < 0 ? null : { value: expected + 1 });
        }
      }),
    );
  });

  test('gives back text, numbers, lists and nested maps of every length form', () => {
    const text = fc.string({ maxLength: 400 });
    const leaf = fc.oneof(
      text,
      fc.nat(),
      fc.constantFrom(0, 255, 256, 2 ** 32 - 1),
      fc.constant('x'.repeat(70_000 - 5000)),
    );
    const value = fc.dictionary(
      fc.string({ minLength: 1, maxLength: 20 }).filter((key) => key !== '__proto__'),
      fc.oneof(leaf, fc.array(leaf, { maxLength: 40 }), fc.dictionary(fc.constantFrom('a', 'b', 'c'), leaf)),
    );
    fc.assert(
      fc.property(value, value, (one, two) => {
        const file = mmdb({ '8.8.8.0/24': one as MmdbValue, '2001:db8::/32': two as MmdbValue });
        expect(read(file, '8.8.8.8')).toEqual({ ...one });
        expect(read(file, '2001:db8::1')).toEqual({ ...two });
      }),
      { numRuns: 50 },
    );
  });

  test('points to text from beyond every pointer form’s reach', () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `${index}`.padStart(40, '-'));
    const networks = Object.fromEntries(
      [...names, ...names].map((name, index) => [`10.${index >> 8}.${index & 255}.0/24`, { name, index }]),
    );
    const file = mmdb(networks);
    expect(file.length).toBeGreaterThan(526_336);
    for (const [cidr, record] of Object.entries(networks)) {
      if (cidr.endsWith('1.0/24')) expect(read(file, cidr.replace('/24', ''))).toEqual(record);
    }
  });

  test('says what it is', () => {
    const buildDate = new Date('2026-06-01T00:00:00Z');
    const { metadata } = new Reader(mmdb({ '8.0.0.0/8': {} }, { databaseType: 'Kind', buildDate }));
    expect(metadata).toMatchObject({ databaseType: 'Kind', buildEpoch: buildDate, ipVersion: 6, recordSize: 24 });
  });
});

describe('reading sources', () => {
  const networksOf = (file: Buffer) => {
    const seen: unknown[] = [];
    visitNetworks(file, (first, last, record) => {
      seen.push([Buffer.from(first).toString('hex'), Buffer.from(last).toString('hex'), record]);
    });
    return seen;
  };

  test('walks the networks of a file, and the copies of its IPv4 tree only once', () => {
    const us = { country_code: 'US' };
    const file = mmdb({
      '8.8.0.0/16': us,
      '2002:808::/32': us,
      '::ffff:0:0/96': us,
      '2001:0:0:8::/64': us,
      '2a00::/16': us,
    });
    expect(networksOf(file)).toEqual([
      [`${'0'.repeat(24)}08080000`, `${'0'.repeat(24)}0808ffff`, { country: 'US' }],
      [`2a00${'0'.repeat(28)}`, `2a00${'f'.repeat(28)}`, { country: 'US' }],
    ]);
  });

  test('reads tree nodes of 24, 28 and 32 bits a side', () => {
    const node = Buffer.from('112233ab44556677', 'hex');
    expect([0, 1].map((side) => treeEntry(node, 24, 0, side as 0 | 1))).toEqual([0x112233, 0xab4455]);
    expect([0, 1].map((side) => treeEntry(node, 28, 0, side as 0 | 1))).toEqual([0xa112233, 0xb445566]);
    expect([0, 1].map((side) => treeEntry(node, 32, 0, side as 0 | 1))).toEqual([0x112233ab, 0x44556677]);
  });

  test('reads AS ranges with quoted names', () => {
    const seen: unknown[] = [];
    const csv =
      '16777216,16777471,13335,"Cloud ""Flare"", Inc."\n42540488161975842760550356425300246528,42540488241204005274814694018844196863,6939,HE\n';
    visitAsnCsv(csv, (first, last, record) => {
      seen.push([Buffer.from(first).toString('hex'), Buffer.from(last).toString('hex'), record]);
    });
    expect(seen).toEqual([
      [`${'0'.repeat(24)}01000000`, `${'0'.repeat(24)}010000ff`, { asn: 13_335, asName: 'Cloud "Flare", Inc.' }],
      [`2001${'0'.repeat(28)}`, `20010000${'f'.repeat(24)}`, { asn: 6939, asName: 'HE' }],
    ]);
    expect(() => visitAsnCsv('1,2\n', () => {})).toThrow('not an AS range: 1,2');
  });

  test('takes DB-IP Lite files for a release, and no file whose license is not known', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'x.mmdb');
      const networks = { '8.0.0.0/8': { country_code: 'US' } };
      await writeFile(path, mmdb(networks, { databaseType: 'DBIP-Country-Lite' }));
      expect(dbipLiteSource(path)).toMatchObject({
        name: 'DBIP-Country-Lite',
        date: '2026-10-01',
        license: 'CC-BY-4.0',
      });
      await writeFile(path, mmdb(networks, { databaseType: 'GeoLite2-Country' }));
      expect(() => dbipLiteSource(path)).toThrow(`${path} is "GeoLite2-Country": only DB-IP Lite files`);
    });
  });
});

test('sources are merged network by network, the first winning', () => {
  const source = (date: string, file: Buffer): DataSource => ({
    name: date,
    date,
    license: 'CC0-1.0',
    attribution: '',
    visit: (visit) => visitNetworks(file, visit),
  });
  const file = buildDatabase([
    source('2026-02-01', mmdb({ '8.0.0.0/8': { country_code: 'US' }, '9.0.0.0/8': { country_code: 'FR' } })),
    source(
      '2026-01-01',
      mmdb({ '8.8.0.0/16': { country_code: 'DE', asn: 1, as_name: 'One' }, '7.0.0.0/8': { asn: 2 } }),
    ),
  ]);
  expect(read(file, '8.8.8.8')).toEqual({
    country_code: 'US',
    autonomous_system_number: 1,
    autonomous_system_organization: 'One',
  });
  expect(read(file, '8.9.0.0')).toEqual({ country_code: 'US' });
  expect(read(file, '9.9.9.9')).toEqual({ country_code: 'FR' });
  expect(read(file, '7.7.7.7')).toEqual({ autonomous_system_number: 2 });
  expect(read(file, '6.6.6.6')).toBeNull();
  expect(new Reader(file).metadata.buildEpoch).toEqual(new Date('2026-01-01'));
});
