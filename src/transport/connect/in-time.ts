import { onAbort } from '../../host/abort.js';
import type { Clock } from '../../host/clock.js';
import { TooLate } from './step.js';

interface Bounds {
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
  /** Gives the attempt up. */
  readonly given?: AbortSignal | undefined;
}

/** Rejects with the reason of the signal that was given, once that aborts; the attempt's aborts with a TooLate after its time. */
export async function inTime<T>(
  { connectTimeoutMs, clock, given }: Bounds,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const tooLate = () => over.abort(new TooLate(connectTimeoutMs));
  const cancel = clock.at(clock.now() + connectTimeoutMs / 1000, tooLate);
  const stop = onAbort(given, () => over.abort(given?.reason));
  try {
    return await attempt(over.signal);
  } catch (error) {
    throw given?.aborted ? given.reason : error;
  } finally {
    cancel();
    stop();
  }
}
