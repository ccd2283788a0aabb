/**
 * A connection that carries pings alone, at the server: for `--ping`, or beside a test. The WebSocket layer answers the
 * pings. Liveness: bounded by `seconds`, by the wait for the start, and by the client's silence.
 */
import { waits } from '../../../defaults/index.js';
import { toWperfError } from '../../../errors.js';
import { onAbort } from '../../../host/abort.js';
import type { Cancel } from '../../../host/clock.js';
import { violation } from '../../../protocol/codec.js';
import type { House } from '../../served.js';
import type { Conversation } from '../wire/conversation.js';

/**
 * Resolves when the client goes, when `seconds` and the time for its goodbye are over, or when the server stops; rejects
 * for a client that breaks the rules.
 */
export async function servePings(
  conversation: Conversation,
  { host: { clock }, stop }: Pick<House, 'host' | 'stop'>,
  seconds: number,
): Promise<void> {
  await conversation.expect(waits.startSeconds, 'start');
  conversation.watch();
  let cancel: Cancel = () => {};
  const over = new Promise<void>((resolve) => {
    cancel = clock.at(clock.now() + seconds + waits.closeSeconds, resolve);
  });
  const cancelStop = onAbort(stop, () => conversation.send({ type: 'end', reason: 'shutdown' }));
  try {
    await Promise.race([over, untilGone(conversation)]);
  } finally {
    cancel();
    cancelStop();
  }
}

/** A client takes its leave by closing, and has nothing to say before. */
export async function untilGone(conversation: Conversation): Promise<void> {
  try {
    const { type } = await conversation.next();
    throw conversation.abort(violation(`${type} where none was due`));
  } catch (thrown) {
    if (toWperfError(thrown).code !== 'peer-lost') throw thrown;
  }
}
