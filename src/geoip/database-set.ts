/**
 * The databases in use, as one. A replaced file is loaded and tested beside the old one and then takes its place; a file
 * that is broken, or gone, is refused and the old one stays.
 */
import { dirname } from 'node:path';
import { stripControl, WperfError } from '../errors.js';
import { parseIp } from '../net/ip.js';
import { type AddressLabel, rangeLabelOf } from '../net/labels.js';
import { type Database, fileStampOf, loadDatabase } from './database.js';
import { filesOf, type Place } from './places.js';
import { type GeoipRecord, mergeRecords } from './record.js';
import type { GeoipSource } from './sources.js';

export interface GeoipEntry extends GeoipRecord {
  /** What kind of special range the address is in, such as `private` or `cgnat`; absent for public ones. */
  readonly label?: AddressLabel;
}

type Refuse = (place: Place, path: string, error: unknown) => void;

export class DatabaseSet {
  readonly #places: readonly Place[];
  readonly #warn: (line: string) => void;
  /** The stamp of each refused file: it is not read again, nor warned of again, until it changes. */
  readonly #refused = new Map<string, string>();
  #databases: readonly Database[] = [];
  #refreshing: Promise<void> | undefined;

  /** `places` in the order of preference. `warn` is told, in one line, of each file that was refused. */
  constructor(places: readonly Place[], warn: (line: string) => void) {
    this.#places = places;
    this.#warn = warn;
  }

  get sources(): readonly GeoipSource[] {
    return this.#databases.flatMap(({ sources }) => sources);
  }

  lookup(ip: string): GeoipEntry {
    const address = parseIp(ip);
    if (address === undefined) return {};
    const label = rangeLabelOf(address);
    let record: GeoipRecord = {};
    for (const database of this.#databases) record = mergeRecords(record, database.find(address));
    return label === undefined ? record : { ...record, label };
  }

  /** The first load. Rejects with WperfError `file-failure` where a named file is missing or broken. */
  async open(): Promise<void> {
    this.#databases = await this.#load((place, path, error) => {
      if (place.kind === 'named') throw namedFailure(place, path, error);
      const hint =
        place.kind === 'shipped'
          ? '; countries and AS names are missing: install wperf again, or run "npm run geoip" in its source'
          : '';
      this.#warn(refusal(path, error) + hint);
    });
  }

  /** Loads what was replaced or added. Calls made while one is under way join it. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#reload().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #reload(): Promise<void> {
    this.#databases = await this.#load((_place, path, error) => {
      const hint = this.#held(path) === undefined ? '' : '; the one loaded before stays in use';
      this.#warn(refusal(path, error) + hint);
    });
  }

  async #load(refuse: Refuse): Promise<Database[]> {
    const databases = new Map<string, Database>();
    for (const place of this.#places) {
      for (const path of await this.#filesOf(place)) {
        const database = databases.get(path) ?? (await this.#current(place, path, refuse));
        if (database !== undefined) databases.set(path, database);
      }
    }
    return [...databases.values()];
  }

  /** What the place holds now, and what was loaded from it before: a file that is gone is refused like a broken one. */
  async #filesOf(place: Place): Promise<string[]> {
    const loaded = this.#databases.map(({ path }) => path).filter((path) => dirname(path) === place.path);
    return [...new Set([...(await filesOf(place)), ...loaded])].sort();
  }

  async #current(place: Place, path: string, refuse: Refuse): Promise<Database | undefined> {
    const held = this.#held(path);
    const stamp = await fileStampOf(path).catch(() => 'missing');
    if (stamp === held?.stamp || stamp === this.#refused.get(path)) return held;
    try {
      const database = await loadDatabase(path);
      this.#refused.delete(path);
      return database;
    } catch (error) {
      this.#refused.set(path, stamp);
      refuse(place, path, error);
      return held;
    }
  }

  #held(path: string): Database | undefined {
    return this.#databases.find((database) => database.path === path);
  }
}

function namedFailure({ namedBy }: Place, path: string, error: unknown): WperfError {
  const hint = `give ${namedBy} a sound .mmdb file or a folder of them, or leave it out`;
  return new WperfError('file-failure', refusal(path, error), { operation: 'open GeoIP data', hint, cause: error });
}

function refusal(path: string, error: unknown): string {
  return stripControl(`cannot use GeoIP file ${path}: ${reasonOf(error)}`);
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EISDIR') return 'the folder holds no .mmdb file that can be read';
  if (code === 'EACCES') return 'reading it is not permitted';
  return message;
}
