/** Keeps account of the pings that a client sends to this server, for the report of them. */
import type { PingsServedEvent } from '../../events/ping.js';
import type { Clock } from '../../host/clock.js';
import { type Link, peerOf } from '../../transport/channel.js';

interface PingGuest extends Pick<PingsServedEvent, 'session' | 'peerSoftware' | 'dialect'> {
  readonly link: Pick<Link, 'info' | 'transport'>;
}

/** Begins now; the function that it returns ends it. */
export function countServedPings(guest: PingGuest, clock: Clock, stop: AbortSignal) {
  const [wallMs, beganAt] = [Date.now(), clock.now()];
  return (answered: number): PingsServedEvent => {
    const { link, ...known } = guest;
    return {
      type: 'pings-served',
      ...known,
      wallMs,
      peer: peerOf(link.info),
      transport: link.transport,
      secure: link.info.secure,
      answered,
      seconds: clock.now() - beganAt,
      interrupted: stop.aborted,
    };
  };
}
