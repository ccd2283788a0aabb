/** Which of several addresses a connection is made to: the first that answers (RFC 8305, section 5). */
import type { Socket } from 'node:net';
import { waits } from '../../defaults/index.js';
import type { Clock } from '../../host/clock.js';

export interface Failure {
  readonly address: string;
  readonly error: unknown;
}

/** No address could be connected to: why, for each that was tried. */
export class AllFailed extends Error {
  constructor(readonly failures: readonly Failure[]) {
    super('no address could be connected to');
  }
}

/** Makes one attempt; rejects, and leaves nothing behind, when the signal aborts. */
export type Attempt = (address: string, signal: AbortSignal) => Promise<Socket>;

/**
 * Tries the addresses in turn, each `waits.nextAddressSeconds` after the one before, or as soon as that has failed. None
 * is given up before one has won or the signal aborts. Rejects with AllFailed.
 *
 * Liveness: ends when every attempt has, and those end with the signal at the latest.
 */
export function race(addresses: readonly string[], attempt: Attempt, clock: Clock, signal: AbortSignal) {
  const won = new AbortController();
  const stop = AbortSignal.any([signal, won.signal]);
  const waiting = [...addresses];
  const failures: Failure[] = [];
  let running = 0;
  let cancelNext = () => {};
  return new Promise<Socket>((resolve, reject) => {
    const next = () => {
      cancelNext();
      const address = stop.aborted ? undefined : waiting.shift();
      if (address !== undefined) begin(address);
      else if (running === 0) reject(new AllFailed(failures));
    };
    const begin = (address: string) => {
      running += 1;
      attempt(address, stop).then(win, (error: unknown) => lose({ address, error }));
      cancelNext = clock.at(clock.now() + waits.nextAddressSeconds, next);
    };
    const win = (socket: Socket) => {
      cancelNext();
      if (won.signal.aborted) socket.destroy();
      won.abort();
      resolve(socket);
    };
    const lose = (failure: Failure) => {
      running -= 1;
      failures.push(failure);
      next();
    };
    next();
  });
}
