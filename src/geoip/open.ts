/** `openGeoip`: country and AS of IP addresses, from files only, which are read again when they are replaced. */
import { geoip } from '../defaults/index.js';
import { DatabaseSet, type GeoipEntry } from './database-set.js';
import { type PlaceOptions, placesOf } from './places.js';
import type { GeoipSource } from './sources.js';

export interface GeoipOptions extends PlaceOptions {
  /** Told, in one line, of each file that was refused or that vanished. */
  readonly onWarning?: ((line: string) => void) | undefined;
  /** How often files are looked at for replacement. */
  readonly pollMs?: number | undefined;
}

export interface Geoip {
  /** Country, AS and range label of an address; all absent where nothing is known or `ip` is no address. Never throws. */
  lookup(ip: string): GeoipEntry;
  /** What is in use now, the first winning. */
  readonly sources: readonly GeoipSource[];
  /** Looks at the files at once instead of at the next poll. Never rejects; what went wrong is a warning. */
  refresh(): Promise<void>;
  /** Ends the watch over the files; lookups go on with what is loaded. */
  close(): void;
}

/**
 * Opens the user's own files, then those of the system's folders, then the data that comes with wperf, and merges their
 * answers field by field. Nothing is asked of the network.
 *
 * Rejects with WperfError `file-failure` when a file or folder that the user named is missing or broken.
 */
export async function openGeoip(options: GeoipOptions = {}): Promise<Geoip> {
  const set = new DatabaseSet(placesOf(options), options.onWarning ?? (() => {}));
  await set.open();
  const stopPolling = poll(() => set.refresh(), options.pollMs ?? geoip.pollMs);
  return {
    lookup: (ip) => set.lookup(ip),
    get sources() {
      return set.sources;
    },
    refresh: () => set.refresh(),
    close: stopPolling,
  };
}

/** Calls `look` again and again, each time `pollMs` after the last call was done, without keeping the process alive. */
function poll(look: () => Promise<void>, pollMs: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const next = () => {
    if (stopped) return;
    timer = setTimeout(() => void look().finally(next), pollMs);
    timer.unref();
  };
  next();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
