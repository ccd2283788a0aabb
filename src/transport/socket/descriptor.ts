import type { Duplex } from 'node:stream';

/** The operating system's descriptor of a socket, where it has one. */
export function descriptorOf(socket: Duplex): number | undefined {
  const { _handle } = socket as { _handle?: { fd?: number } | null };
  return _handle?.fd !== undefined && _handle.fd >= 0 ? _handle.fd : undefined;
}
