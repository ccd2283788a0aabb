/** Options of the server's socket, as a client's hello asks for them. */
import { WperfError } from '../../../errors.js';
import type { Grant, Hello } from '../../../protocol/messages.js';
import type { Conversation } from './conversation.js';

/** Behind a proxy, the server's options hold for its own connection alone. */
export function socketReasons({ channel: { info } }: Conversation, { socket }: Hello): string[] {
  if (!socket || !info.client) return [];
  return [`The server is behind the proxy ${info.remoteHost}: its socket options hold from there to that proxy alone.`];
}

/** At the server: what the kernel makes of what is asked. Throws a WperfError where it cannot be had. */
export function grantedSocket({ channel }: Conversation, { mode, socket }: Hello): Grant['socket'] {
  if (!socket || mode === 'traceroute') return undefined;
  const { kernel } = channel;
  if (!kernel) throw new WperfError('socket-option', 'the server cannot set options of its sockets');
  kernel.setOptions(socket);
  return kernel.socket();
}
