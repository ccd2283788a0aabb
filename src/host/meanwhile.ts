/** What loads beside an attempt. */
import { setImmediate } from 'node:timers/promises';

/**
 * Loads what a success of the attempt needs, once the attempt is on its way: loading holds up everything else on newer
 * Nodes. What has failed by then is not loaded for.
 */
export async function meanwhile<T>(attempt: Promise<unknown>, load: () => Promise<T>): Promise<T> {
  await Promise.race([attempt, polled()]);
  return load();
}

/** Resolves when the system has been asked for news: the first turn may begin behind that. */
async function polled(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
