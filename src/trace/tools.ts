/** What any trace can be given. */
import type { Annotation } from '../events/hop.js';

export interface TraceTools {
  /** Ends the trace early: the hops heard so far and an end event still come. */
  readonly signal?: AbortSignal;
  /** What is known of an address, e.g. from a GeoIP database. */
  readonly annotate?: (ip: string) => Annotation;
}
