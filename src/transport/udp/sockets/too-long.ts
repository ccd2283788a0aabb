/** Datagrams that the path came to take no longer, where they are not cut. */
import type { DatagramSocket } from './socket.js';

/** Why none as long as these comes through; undefined where they do, as far as the kernel knows. */
export function tooLongText(bytes: number, { pathPayloadBytes: most }: Pick<DatagramSocket, 'pathPayloadBytes'>) {
  if (most === undefined || bytes <= most) return undefined;
  return `packets of ${bytes} bytes are too long for the path, which takes ${most} in one piece`;
}
