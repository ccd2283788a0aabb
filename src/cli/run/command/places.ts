/** Countries and ASes for what a command shows. */
import { toWperfError } from '../../../errors.js';
import { type Geoip, type GeoipOptions, openGeoip } from '../../../geoip/open.js';
import { isStale } from '../../../geoip/sources.js';

type Warn = (line: string) => void;

/** Opens the databases, and says so when the data that comes with wperf is what there is and is old. */
export async function openPlaces(options: GeoipOptions, warn: Warn): Promise<Geoip> {
  const geoip = await openGeoip({ ...options, onWarning: warn });
  const [old] = geoip.sources.filter(({ date }) => isStale(date, new Date()));
  if (old) warn(`the data on countries and networks is of ${old.date}: give newer files with --geoip-db`);
  return geoip;
}

/** Opens them when they are first asked for; a failure is warned of, and nothing is known then. */
export function placesOnDemand(options: GeoipOptions | undefined, warn: Warn): () => Promise<Geoip | undefined> {
  let opening: Promise<Geoip | undefined> | undefined;
  return () => {
    opening ??= options === undefined ? Promise.resolve(undefined) : openPlaces(options, warn).catch(warnOf(warn));
    return opening;
  };
}

function warnOf(warn: Warn): (thrown: unknown) => undefined {
  return (thrown) => {
    warn(toWperfError(thrown).line);
  };
}
