/** One answer read off a socket on the way to a connection; what comes behind it is for whoever reads on. */
import type { Socket } from 'node:net';
import { step } from './step.js';

/**
 * Asks `take` at once and whenever there is more to read, until it gives something; nothing is read after that.
 * Rejects with what it throws, and as `step` does.
 */
export function readStep<T>(socket: Socket, signal: AbortSignal, take: () => T | undefined): Promise<T> {
  let leave = () => {};
  return step<T>(socket, signal, (done, fail) => {
    const look = () => {
      try {
        const taken = take();
        if (taken === undefined) return;
        leave();
        done(taken);
      } catch (error) {
        leave();
        fail(error as Error);
      }
    };
    leave = () => socket.off('readable', look);
    socket.on('readable', look);
    look();
  }).finally(leave);
}
