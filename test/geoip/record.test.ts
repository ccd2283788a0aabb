import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeRecords, normalizeRecord } from '../../src/geoip/record.js';

describe('shapes of records', () => {
  test.each([
    ['MaxMind and DB-IP country', { country: { iso_code: 'US', geoname_id: 6_252_001 } }, { country: 'US' }],
    ['MaxMind with a registration only', { registered_country: { iso_code: 'DE' } }, { country: 'DE' }],
    [
      'MaxMind and DB-IP AS',
      { autonomous_system_number: 15_169, autonomous_system_organization: 'Google LLC' },
      { asn: 15_169, asName: 'Google LLC' },
    ],
    [
      'GeoIP2 Enterprise',
      {
        country: { iso_code: 'US' },
        traits: { autonomous_system_number: 7922, autonomous_system_organization: 'Comcast' },
      },
      { country: 'US', asn: 7922, asName: 'Comcast' },
    ],
    ['ip-location-db country', { country_code: 'fr' }, { country: 'FR' }],
    [
      'IPinfo Lite',
      { asn: 'AS15169', as_name: 'Google LLC', country: 'United States', country_code: 'US' },
      { country: 'US', asn: 15_169, asName: 'Google LLC' },
    ],
    [
      'IPinfo country and AS',
      { country: 'US', country_name: 'United States', asn: 'AS13335', as_name: 'Cloudflare, Inc.' },
      { country: 'US', asn: 13_335, asName: 'Cloudflare, Inc.' },
    ],
    ['IPinfo AS', { asn: 'AS1', name: 'Level 3', domain: 'example.com' }, { asn: 1, asName: 'Level 3' }],
  ])('%s', (_shape, record, expected) => {
    expect(normalizeRecord(record)).toEqual(expected);
  });

  test.each([
    ['no record', null],
    ['an unknown country', { country_code: 'ZZ' }],
    ['a country that is no code', { country_code: 'U\u001b' }],
    ['the reserved AS 0', { asn: 0, as_name: 'none' }],
    ['an AS number beyond 32 bits', { asn: 'AS4294967296' }],
    ['a name without a number', { as_name: 'Nobody' }],
    ['another kind of database', { is_anonymous: true, name: 'x' }],
  ])('%s gives nothing', (_case, record) => {
    expect(normalizeRecord(record)).toEqual({});
  });

  test('a name from a file is stripped of control characters and cut to a bound', () => {
    expect(normalizeRecord({ asn: 1, as_name: '\u001b[31mEvil\r\nCorp\u202e' }).asName).toBe('[31mEvil Corp');
    expect(normalizeRecord({ asn: 1, as_name: 'x'.repeat(1000) }).asName).toHaveLength(120);
  });

  test('anything at all is read as a typed record', () => {
    const shaped = fc.record(
      { country: fc.anything(), country_code: fc.anything(), asn: fc.anything(), as_name: fc.anything() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), shaped), (value) => {
        const { country = 'AA', asn = 1, asName = 'a', ...others } = normalizeRecord(value);
        expect(country).toMatch(/^[A-Z]{2}$/);
        expect(Number.isInteger(asn) && asn > 0 && asn < 2 ** 32).toBe(true);
        expect(asName).not.toMatch(/^$|\p{Cc}/u);
        expect(others).toEqual({});
      }),
    );
  });
});

describe('merging', () => {
  test.each([
    ['fills a missing country', { asn: 1, asName: 'a' }, { country: 'US' }, { country: 'US', asn: 1, asName: 'a' }],
    ['keeps what is preferred', { country: 'DE' }, { country: 'US', asn: 1 }, { country: 'DE', asn: 1 }],
    ['takes the name of the same AS', { asn: 1 }, { asn: 1, asName: 'a' }, { asn: 1, asName: 'a' }],
    [
      'never takes the name of another AS',
      { asn: 1 },
      { country: 'US', asn: 2, asName: 'b' },
      { country: 'US', asn: 1 },
    ],
  ])('%s', (_rule, preferred, other, expected) => {
    expect(mergeRecords(preferred, other)).toEqual(expected);
  });
});
