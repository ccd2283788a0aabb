/**
 * How long the far end has left what reached it unread: its window is closed then, by this end's kernel, and whatever waits
 * is not held up by the path. Liveness: looks until it is stopped.
 */
import { standstill } from '../../../../defaults/index.js';
import type { Cancel, Clock } from '../../../../host/clock.js';
import type { Link } from '../../../../transport/channel.js';

/** What this end itself was late for is not the far end's. */
const MOST_OF_A_LOOK = 2;

export interface Unread {
  /** So far, at most: it may begin and end anywhere between two looks. Undefined where nobody can tell. */
  readonly seconds: number | undefined;
  stop(): void;
}

/** Through a proxy the window is the proxy's, which may wait for a path of its own. */
export function watchUnread({ kernel, info }: Pick<Link, 'kernel' | 'info'>, clock: Clock): Unread {
  const isDirect = info.server === undefined && info.client === undefined;
  const isTold = isDirect && kernel?.sample()?.isWindowClosed !== undefined;
  let seconds = 0;
  let [lookedAt, wasClosed] = [clock.now(), false];
  let cancel: Cancel = () => {};
  const look = () => {
    const now = clock.now();
    const isClosed = kernel?.sample()?.isWindowClosed ?? false;
    if (isClosed || wasClosed) seconds += Math.min(now - lookedAt, MOST_OF_A_LOOK * standstill.lookSeconds);
    [lookedAt, wasClosed] = [now, isClosed];
    cancel = clock.at(now + standstill.lookSeconds, look);
  };
  if (isTold) look();
  return {
    get seconds() {
      return isTold ? seconds : undefined;
    },
    stop: () => cancel(),
  };
}
