/** Where databases are looked for, the first place winning: what the user named, the system's folders, wperf's own data. */

import { readdir, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { geoip } from '../defaults.js';
import { shippedPath } from './sources.js';

export interface Place {
  /** An .mmdb file, or a folder whose .mmdb files are all used in the order of their names. */
  readonly path: string;
  /** `named` by the user, so it must be there and sound; a `usual` folder, which may be missing; the data `shipped`. */
  readonly kind: 'named' | 'usual' | 'shipped';
}

export interface PlaceOptions {
  /** The user's own .mmdb files and folders of them; the first wins. */
  readonly paths?: readonly string[] | undefined;
  /** `WPERF_GEOIP_DB` lists further ones, separated as in `PATH`. Pass `process.env`. */
  readonly env?: { readonly WPERF_GEOIP_DB?: string | undefined } | undefined;
  /** Folders searched after those; the usual ones of the system when left out. */
  readonly systemFolders?: readonly string[] | undefined;
}

export function placesOf(options: PlaceOptions): Place[] {
  const listed = options.env?.WPERF_GEOIP_DB?.split(delimiter) ?? [];
  const named = [...(options.paths ?? []), ...listed.filter((path) => path !== '')];
  return [
    ...named.map((path): Place => ({ path: resolve(path), kind: 'named' })),
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
