/** Where databases are looked for, the first place winning: what the user named, the system's folders, wperf's own data. */
import { readdir, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { geoip } from '../defaults/index.js';
import { shippedPath } from './sources.js';

/** An .mmdb file, or a folder whose .mmdb files are all used in the order of their names. */
export interface Place {
  readonly path: string;
  /** A usual folder may be missing; what the user named must be there and sound. */
  readonly kind: 'named' | 'usual' | 'shipped';
  /** Where the user named it. */
  readonly namedBy?: '--geoip-db' | 'WPERF_GEOIP_DB';
}

export interface PlaceOptions {
  /** The user's own .mmdb files and folders of them, as given with `--geoip-db`; the first wins. */
  readonly paths?: readonly string[] | undefined;
  /** `WPERF_GEOIP_DB` lists further ones, separated as in `PATH`. Pass `process.env`. */
  readonly env?: { readonly WPERF_GEOIP_DB?: string | undefined } | undefined;
  /** Folders searched after those; the usual ones of the system when left out. */
  readonly systemFolders?: readonly string[] | undefined;
}

export function placesOf(options: PlaceOptions): Place[] {
  const listed = options.env?.WPERF_GEOIP_DB?.split(delimiter).filter((path) => path !== '') ?? [];
  const named =
    (namedBy: NonNullable<Place['namedBy']>) =>
    (path: string): Place => {
      return { path: resolve(path), kind: 'named', namedBy };
    };
  return [
    ...(options.paths ?? []).map(named('--geoip-db')),
    ...listed.map(named('WPERF_GEOIP_DB')),
    ...(options.systemFolders ?? geoip.systemFolders).map((path): Place => ({ path, kind: 'usual' })),
    { path: shippedPath, kind: 'shipped' },
  ];
}

/**
 * The files to load for a place. The path itself stands for one that is missing or holds no .mmdb file, so that loading it
 * says so; a usual folder may be missing.
 */
export async function filesOf(place: Place): Promise<string[]> {
  const found = await stat(place.path).catch(() => undefined);
  const names = found?.isDirectory() === true ? await readdir(place.path).catch(() => []) : [];
  const databases = names.filter((name) => name.toLowerCase().endsWith('.mmdb')).sort();
  if (databases.length > 0) return databases.map((name) => join(place.path, name));
  return place.kind === 'usual' ? [] : [place.path];
}
