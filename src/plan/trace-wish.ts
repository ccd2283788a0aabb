/** What a trace is asked for, complete: every default of a trace is filled in here and nowhere else. */
import { defaults } from '../defaults/index.js';
import { given } from '../given.js';
import type { TraceWish } from './plan.js';

/** In-band probes cost their connection more, and are fewer. */
export function completeTraceWish(wish: Given<TraceWish>): TraceWish {
  const { maxHops, firstHop, queries, inbandQueries, timeoutSeconds } = defaults.trace;
  const usual: TraceWish = {
    protocol: 'auto',
    ...{ maxHops, firstHop, queries: wish.protocol === 'inband' ? inbandQueries : queries, timeoutSeconds },
    ...{ names: true, serial: false },
  };
  return { ...usual, ...given(wish) };
}

type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };
