/** Bounds how long a peer may be silent. */
import { waits } from '../../../defaults/index.js';
import { WperfError } from '../../../errors.js';
import type { Cancel, Clock } from '../../../host/clock.js';
import type { LegacyLink } from './link.js';

/** Pings the peer, and calls `lost` once nothing has been heard from it for too long. */
export function watchLife(
  link: LegacyLink,
  clock: Clock,
  lost: (error: WperfError) => void,
  silenceSeconds: number = waits.peerSilenceSeconds,
): Cancel {
  let lastBytes = link.channel.bytesRead;
  let lastSeen = clock.now();
  let cancel: Cancel = () => {};
  const look = () => {
    const now = clock.now();
    if (link.channel.bytesRead !== lastBytes) {
      lastBytes = link.channel.bytesRead;
      lastSeen = now;
    }
    if (now - lastSeen >= silenceSeconds) {
      const text = `nothing came from ${link.peer} for ${silenceSeconds} s; it is taken for lost`;
      lost(new WperfError('peer-lost', text, { operation: 'test', peer: link.peer }));
      return;
    }
    link.channel.ping?.().catch(() => {});
    cancel = clock.at(now + waits.heartbeatSeconds, look);
  };
  look();
  return () => cancel();
}
