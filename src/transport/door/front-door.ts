/**
 * The one TCP port. Looks at the first byte of a connection before anything reads it, so that TLS, HTTP and later
 * protocols with openings of their own can share the port. Liveness: a connection that says nothing is dropped.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { bounds, waits } from '../../defaults/index.js';
import { WperfError } from '../../errors.js';
import type { Clock } from '../../host/clock.js';
import type { ForwardedClient } from '../channel.js';
import { readProxyHeader } from './proxy-protocol.js';

export type Opening = 'tls' | 'http' | 'unknown';

/** A TLS record of type handshake (RFC 8446, section 5.1), or the capital letter of an HTTP method (RFC 9110). */
export function openingOf(firstByte: number): Opening {
  if (firstByte === 0x16) return 'tls';
  return firstByte >= 0x41 && firstByte <= 0x5a ? 'http' : 'unknown';
}

export interface FrontDoorOptions {
  readonly host?: string | undefined;
  readonly port: number;
  readonly clock: Clock;
  /** Whether this peer is a proxy that may say for whom it speaks. */
  readonly trusts: (address: string) => boolean;
  /** Gets each connection with its bytes unread; must end it or see it end. */
  readonly onConnection: (socket: Socket, opening: Opening, client: ForwardedClient | undefined) => void;
}

export interface FrontDoor {
  readonly host: string;
  readonly port: number;
  /** Stops listening; open connections stay. */
  close(): Promise<void>;
}

export async function openFrontDoor(options: FrontDoorOptions): Promise<FrontDoor> {
  const server = createServer({ noDelay: true }, (socket) => sniff(socket, options));
  server.maxConnections = bounds.connections + bounds.spareConnections;
  await listen(server, options);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new WperfError('internal', 'the listener has no port');
  return {
    host: address.address,
    port: address.port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Waits for the first byte, behind a PROXY protocol header where a trusted proxy sent one. */
function sniff(socket: Socket, { clock, trusts, onConnection }: FrontDoorOptions): void {
  let seen: Buffer = Buffer.alloc(0);
  let mayBeHeader = trusts(socket.remoteAddress ?? '');
  let client: ForwardedClient | undefined;
  socket.on('error', () => {});
  const cancel = clock.at(clock.now() + waits.firstBytesSeconds, () => socket.destroy());
  socket.once('close', cancel);
  const look = (chunk: Buffer) => {
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const header = mayBeHeader ? readProxyHeader(seen) : 'none';
    if (header === 'more') return;
    if (header === 'bad') {
      socket.destroy();
      return;
    }
    mayBeHeader = false;
    if (header !== 'none') {
      client = header.client && { ...header.client, source: 'proxy-protocol' };
      seen = seen.subarray(header.bytes);
    }
    if (seen.length === 0) return;
    cancel();
    socket.off('data', look);
    socket.pause();
    socket.unshift(seen);
    onConnection(socket, openingOf(seen[0] ?? 0), client);
    process.nextTick(() => socket.resume());
  };
  socket.on('data', look);
}

function listen(server: Server, { host, port }: FrontDoorOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen({ port, ...(host !== undefined && { host }) }, () => {
      server.removeAllListeners('error');
      server.on('error', () => {});
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string | undefined, port: number): WperfError {
  const peer = `${host ?? '*'}:${port}`;
  const detail = (hint: string) => ({ operation: 'listen', peer, cause: error, hint });
  if (error.code === 'EADDRINUSE') {
    return new WperfError('port-in-use', `port ${port} is in use`, detail('choose another with --port'));
  }
  if (error.code === 'EACCES') {
    return new WperfError(
      'listen-failure',
      `no permission to listen on port ${port}`,
      detail('choose a port above 1023'),
    );
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new WperfError('listen-failure', `${host} is not an address of this machine`, detail('check --host'));
  }
  return new WperfError(
    'listen-failure',
    `cannot listen on ${peer}: ${error.message}`,
    detail('check --host and --port'),
  );
}
