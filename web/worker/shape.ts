/** What the settings of the page come to. Pure. */
import type { Course, Load } from '../messages.js';

/** Browsers open six connections to a host, for all tabs: two are left for others. */
const MOST_REQUESTS = 4;

export function loadsOf(course: Course): readonly Load[] {
  return course === 'both' ? ['down', 'up'] : [course];
}

/** TCP needs some time to find its rate; a short test has not so much to give away. */
export function omitSecondsOf(seconds: number): number {
  return Math.min(2, Math.round(seconds * 2) / 10);
}

/** Both ways at once, each stream has a request for each. */
export function streamsOf(streams: number, load: Load): number {
  return Math.min(streams, load === 'bidir' ? MOST_REQUESTS / 2 : MOST_REQUESTS);
}

/** Uploads of one stream that are out at a time: while one ends, the next is on its way. */
export function uploadsOf(streams: number, load: Load): number {
  const left = MOST_REQUESTS - (load === 'bidir' ? streams : 0);
  return Math.max(1, Math.min(2, Math.floor(left / streams)));
}
