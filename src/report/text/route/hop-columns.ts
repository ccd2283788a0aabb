/** The columns of hops, in the room that a terminal has: what matters least gives way first. */
import type { TraceStart } from '../../../events/route.js';

/** More round trips than this to one address are shown as a summary. */
export const MOST_RTTS = 5;

const GAP = 2;
export const TTL_WIDTH = 2;
export const RTT_WIDTH = 8;
const UNIT = ' ms'.length;
const wide = { annotation: 34, host: { 4: 36, 6: 46 } } as const;
/** Country and number of an AS; an address without its name. */
const least = { annotation: 16, host: { 4: 15, 6: 39 } } as const;

export interface HopColumns {
  /** Each round trip has its unit, and ASes their names, however long. */
  readonly wide: boolean;
  readonly annotation: number;
  readonly host: number;
  /** A host whose name takes more has none. */
  readonly hostRoom: number;
}

/** `room` is undefined where lines may have any length. In too little of it nothing is aligned. */
export function hopColumns(
  { family, queries }: Pick<TraceStart, 'family' | 'queries'>,
  annotated: boolean,
  room = Number.POSITIVE_INFINITY,
): HopColumns {
  const rtts = queries > MOST_RTTS ? 1 : queries;
  const left = room - TTL_WIDTH - GAP - (annotated ? GAP : 0);
  const hostRoom = left - (annotated ? wide.annotation : 0) - rtts * (GAP + RTT_WIDTH + UNIT);
  const host = wide.host[family];
  if (hostRoom >= host) return { wide: true, annotation: wide.annotation, host, hostRoom };
  const both = left - GAP - rtts * RTT_WIDTH - UNIT;
  const annotation = annotated ? Math.min(wide.annotation, both - least.host[family]) : 0;
  const aligned = annotation >= (annotated ? least.annotation : 0);
  const rest = aligned ? both - annotation : 0;
  return { wide: false, annotation: aligned ? annotation : 0, host: rest, hostRoom: rest };
}
