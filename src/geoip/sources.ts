/** What the data in use is, how old it is, and whose. */
import { geoip } from '../defaults/index.js';
import { packageFile, readPackageFile } from '../package.js';

export interface GeoipSource {
  readonly name: string;
  /** The day the data was made, YYYY-MM-DD in UTC. */
  readonly date: string;
  /** SPDX identifier, for data that comes with wperf; a user's own file does not say. */
  readonly license?: string;
  /** Whom the license asks to be named, with their address on the web. */
  readonly attribution?: string;
  /** The file it is read from. */
  readonly path: string;
}

const dayMs = 86_400_000;

/** The data that comes with wperf; `geoip/README.md` says where it comes from. */
export const shippedPath = packageFile('geoip/data/wperf.mmdb');
const shippedSourcesPath = packageFile('geoip/data/sources.json');

/** The sources that the shipped file was built from, as its recipe wrote them down. */
export async function shippedSources(): Promise<GeoipSource[]> {
  const listed = JSON.parse((await readPackageFile(shippedSourcesPath)).toString()) as Omit<GeoipSource, 'path'>[];
  return listed.map((source) => ({ ...source, path: shippedPath }));
}

/** Whether data of `date` (YYYY-MM-DD) is older at `now` than 120 days. A date that cannot be read counts as stale. */
export function isStale(date: string, now: Date): boolean {
  const ageDays = (now.getTime() - Date.parse(date)) / dayMs;
  return !(ageDays <= geoip.staleDays);
}

export function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}
