/**
 * A connection that carries pings alone, at the server: for `--ping`, or beside a test. The WebSocket layer answers the
 * pings. Liveness: bounded by `seconds`, by the wait for the start, and by the client's silence.
 */
import { waits } from '../../../defaults/index.js';
import { toWperfError } from '../../../errors.js';
import { onAbort } from '../../../host/abort.js';
import type { Cancel, Clock } from '../../../host/clock.js';
import type { Conversation } from '../wire/conversation.js';

export interface ServerPingsOptions {
  readonly clock: Clock;
  readonly seconds: number;
  /** Ends the connection before its time. */
  readonly stop: AbortSignal;
}

/** Resolves when the client goes, the time is over, or the server stops; rejects for a client that breaks the rules. */
export async function servePings(conversation: Conversation, options: ServerPingsOptions): Promise<void> {
  const { clock, seconds, stop } = options;
  await conversation.expect(waits.startSeconds, 'start');
  conversation.watch();
  let cancel: Cancel = () => {};
  const over = new Promise<void>((resolve) => {
    cancel = clock.at(clock.now() + seconds, resolve);
  });
  const onStop = () => conversation.send({ type: 'end', reason: 'shutdown' });
  const cancelStop = onAbort(stop, onStop);
  try {
    await Promise.race([over, untilGone(conversation)]);
  } finally {
    cancel();
    cancelStop();
  }
}

/** A client takes its leave by closing. */
export async function untilGone(conversation: Conversation): Promise<void> {
  try {
    await conversation.next();
  } catch (thrown) {
    if (toWperfError(thrown).code !== 'peer-lost') throw thrown;
  }
}
