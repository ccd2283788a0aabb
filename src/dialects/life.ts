/** Whether a peer is there: what tells that it is gone, and what that means. */
import { waits } from '../defaults/index.js';
import { WperfError } from '../errors.js';
import type { Cancel, Clock } from '../host/clock.js';
import type { Closed, Echo, Link } from '../transport/channel.js';

interface Movement {
  /** What grows while something moves. */
  readonly count: () => number;
  readonly silenceSeconds: number;
  readonly lookSeconds?: number;
  /** Told of each look that is not the last. */
  readonly onLook?: () => void;
  /** Nothing has moved for so long; there are no more looks. */
  readonly onSilence: () => void;
}

export function watchMovement(
  clock: Clock,
  { count, silenceSeconds, lookSeconds = waits.heartbeatSeconds, onLook, onSilence }: Movement,
): Cancel {
  let [seen, since] = [count(), clock.now()];
  let cancel: Cancel = () => {};
  const look = () => {
    const [moved, now] = [count(), clock.now()];
    if (moved !== seen) [seen, since] = [moved, now];
    if (now - since >= silenceSeconds) return onSilence();
    onLook?.();
    cancel = clock.at(now + lookSeconds, look);
  };
  look();
  return () => cancel();
}

interface Living {
  readonly peer: string;
  readonly channel: Pick<Link, 'bytesRead'>;
  readonly echo: Pick<Echo, 'ping'>;
}

/** Pings the peer, and calls `lost` once nothing has been heard from it for too long. */
export function watchLife(
  link: Living,
  clock: Clock,
  lost: (error: WperfError) => void,
  silenceSeconds: number = waits.peerSilenceSeconds,
): Cancel {
  return watchMovement(clock, {
    count: () => link.channel.bytesRead,
    silenceSeconds,
    onLook: () => void link.echo.ping().catch(() => {}),
    onSilence: () => {
      const text = `nothing came from ${link.peer} for ${silenceSeconds} s; it is taken for lost`;
      lost(new WperfError('peer-lost', text, { operation: 'test', peer: link.peer }));
    },
  });
}

/** A connection that ended before its time, as an error. */
export function closedError({ reason, text }: Closed, peer: string): WperfError {
  const detail = { operation: 'test', peer };
  if (reason === 'protocol' && text !== '') return new WperfError('protocol-violation', `${peer}: ${text}`, detail);
  const who = text === '' ? 'the other side or on the way' : `the other side (${text})`;
  return new WperfError('peer-lost', `the connection with ${peer} was closed by ${who}`, detail);
}
