/** A proxy that does not let the ends see which protocol the other speaks. */
import { WperfError } from '../errors.js';

export function strippedError(peer: string): WperfError {
  const text = `a proxy on the way to ${peer} did not pass Sec-WebSocket-Protocol on`;
  const hint = 'have it pass this header on in both directions, or connect past it';
  return new WperfError('proxy-failure', text, { operation: 'connect', peer, hint });
}
