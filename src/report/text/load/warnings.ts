/** What is to be said beside the figures of a test. */
import type { EndEvent } from '../../../events/load.js';

/** One sentence each. */
export function warningsOf({ interrupted, warnings }: Pick<EndEvent, 'interrupted' | 'warnings'>): readonly string[] {
  const cut = interrupted ? ['The test was ended before its time; these are the results so far.'] : [];
  return [...cut, ...warnings];
}
