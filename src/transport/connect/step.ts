/** One step on the way to a connection, on a socket that does not outlive a failure. */
import type { Socket } from 'node:net';
import { onAbort } from '../../host/abort.js';

/** The time for connecting is over. */
export class TooLate extends Error {
  readonly code = 'ETIMEDOUT';

  constructor(readonly milliseconds: number) {
    super(`not within ${milliseconds} ms`);
  }
}

/** The time is over, and the far end has not said anything at all. */
export class NothingSaid extends TooLate {}

/** The far end hung up in the middle of a step. */
export class ClosedEarly extends Error {
  readonly code = 'ECONNRESET';
}

type Start<T> = (done: (value: T) => void, fail: (error: Error) => void) => void;

/** Keeps an error between two steps from ending the program; the next one finds it. */
const keepForNext = () => {};

/**
 * Settles as `start` says. Rejects when the socket fails or closes, or has done so since an earlier step, and with the
 * signal's reason when that aborts first; the socket is destroyed then.
 */
export function step<T>(socket: Socket, signal: AbortSignal, start: Start<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let cancel = () => {};
    const leave = () => {
      cancel();
      socket.off('error', fail).off('close', onClose);
    };
    const done = (value: T) => {
      socket.on('error', keepForNext);
      leave();
      resolve(value);
    };
    const fail = (error: Error) => {
      socket.on('error', keepForNext);
      leave();
      socket.destroy();
      reject(error);
    };
    const onClose = () => fail(new ClosedEarly('the connection was closed'));
    socket.on('error', fail).on('close', onClose).off('error', keepForNext);
    cancel = onAbort(signal, () => fail(signal.reason));
    if (socket.errored) fail(socket.errored);
    else if (socket.destroyed) onClose();
    else if (!signal.aborted) start(done, fail);
  });
}
