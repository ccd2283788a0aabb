/**
 * The one TCP port. Looks at the first bytes of a connection before anything reads it, so that TLS, HTTP and protocols
 * with openings of their own can share the port. Liveness: a connection that says nothing is dropped, and so is one whose
 * opening nobody claims.
 */
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { bounds, waits } from '../../defaults/index.js';
import { type ErrorCode, WperfError } from '../../errors.js';
import type { Clock } from '../../host/clock.js';
import { findAddresses } from '../../host/names.js';
import { withZoneName, zoneFlaw } from '../../host/zone.js';
import { endpointText } from '../../net/endpoint.js';
import { familyOf } from '../../net/ip.js';
import type { Arrival, Opening } from './arrival.js';
import { readProxyHeader } from './proxy-protocol.js';

export interface FrontDoorOptions {
  readonly host?: string | undefined;
  readonly port: number;
  /** What chose the port, for errors; `--port` unless given. */
  readonly flag?: string;
  /** A socket that listens already, in place of both. */
  readonly descriptor?: number | undefined;
  readonly clock: Clock;
  /** Whether this peer is a proxy that may say for whom it speaks. */
  readonly trusts: (address: string) => boolean;
  /** Told of each connection as soon as it is there. */
  readonly onConnection: (tcp: Socket) => void;
  /** The first that claims a connection, or may yet, has it. */
  readonly openings: readonly Opening[];
}

export interface FrontDoor {
  readonly host: string;
  readonly port: number;
  /** Stops listening; open connections stay. Resolves when the last of them has ended. */
  close(): Promise<void>;
}

export async function openFrontDoor(options: FrontDoorOptions): Promise<FrontDoor> {
  const server = createServer({ noDelay: true }, (tcp) => {
    if (isGone(tcp)) {
      tcp.destroy();
      return;
    }
    options.onConnection(tcp);
    if (!tcp.destroyed) sniff(tcp, options);
  });
  await listen(server, options);
  const address = server.address();
  if (address === null || typeof address === 'string') {
    server.close();
    throw noTcpSocket();
  }
  return {
    host: address.address,
    port: address.port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Reset before it was taken: the system tells no address of it any more, though it gives what had come. */
function isGone(tcp: Socket): boolean {
  return tcp.remoteAddress === undefined;
}

/** Waits for the first bytes, behind a PROXY protocol header where a trusted proxy sent one. */
function sniff(tcp: Socket, { clock, trusts, openings }: FrontDoorOptions): void {
  let seen: Buffer = Buffer.alloc(0);
  let mayBeHeader = trusts(tcp.remoteAddress ?? '');
  let arrival: Arrival = { socket: tcp, tcp };
  tcp.on('error', () => {});
  const cancel = clock.at(clock.now() + waits.firstBytesSeconds, () => tcp.destroy());
  tcp.once('close', cancel);
  const look = (chunk: Buffer) => {
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const header = mayBeHeader ? readProxyHeader(seen) : 'none';
    if (header === 'more') return;
    if (header === 'bad') {
      tcp.destroy();
      return;
    }
    mayBeHeader = false;
    if (header !== 'none') {
      if (header.client) arrival = { ...arrival, client: { ...header.client, source: 'proxy-protocol' } };
      seen = seen.subarray(header.bytes);
    }
    if (seen.length === 0) return;
    const opening = openingOf(seen, openings);
    if (opening === 'more') return;
    cancel();
    if (opening === 'none') {
      tcp.destroy();
      return;
    }
    tcp.off('data', look);
    tcp.pause();
    tcp.unshift(seen);
    opening.take(arrival);
    process.nextTick(() => tcp.resume());
  };
  tcp.on('data', look);
}

/** `more` while the first that may claim these bytes wants to see others. */
function openingOf(seen: Uint8Array, openings: readonly Opening[]): Opening | 'more' | 'none' {
  for (const opening of openings) {
    const claim = opening.claims(seen);
    if (claim === 'yes') return opening;
    if (claim === 'more' && seen.length < bounds.openingBytes) return 'more';
  }
  return 'none';
}

/** Node's types have no listening socket that is handed over. */
type Place = ListenOptions | { readonly fd: number };

async function listen(server: Server, options: FrontDoorOptions): Promise<void> {
  const { port, descriptor, flag = '--port' } = options;
  try {
    await open(server, await placeOf(options));
  } catch (error) {
    if (descriptor !== undefined) throw noTcpSocket(error);
    throw listenError(error as NodeJS.ErrnoException, options.host, port, flag);
  }
}

function open(server: Server, place: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(place, () => {
      server.removeAllListeners('error');
      server.on('error', () => {});
      resolve();
    });
  });
}

/** The first address of a name, as the system has it. */
async function placeOf({ host, port, descriptor }: FrontDoorOptions): Promise<Place> {
  if (descriptor !== undefined) return { fd: descriptor };
  if (host === undefined) return { port };
  if (familyOf(host) !== undefined) return { port, host: withZoneName(host) };
  const [address = host] = await findAddresses(host, undefined);
  return { port, host: address };
}

/** What is handed over may be of UDP, or a file's. */
function noTcpSocket(cause?: unknown): WperfError {
  const hint = 'give ListenStream= a port in the socket unit';
  return new WperfError('listen-failure', 'systemd hands over no TCP socket', { operation: 'listen', hint, cause });
}

function listenError(error: NodeJS.ErrnoException, host: string | undefined, port: number, flag: string): WperfError {
  const peer = endpointText({ host: host ?? '*', port });
  const failure = (text: string, hint: string, code: ErrorCode = 'listen-failure') =>
    new WperfError(code, text, { operation: 'listen', peer, hint, cause: error });
  const flaw = error.code === 'EINVAL' ? zoneFlaw(host ?? '') : undefined;
  if (flaw) return failure(`--host ${flaw.text}`, flaw.hint);
  switch (error.code) {
    case 'EADDRINUSE':
      return failure(`port ${port} is in use`, `choose another with ${flag}`, 'port-in-use');
    case 'EACCES':
      return failure(`no permission to listen on port ${port}`, 'choose a port above 1023');
    case 'EAI_AGAIN':
      return failure(`cannot find the address of ${host}`, 'the DNS does not answer: check --host and the network');
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return failure(`${host} is not an address of this machine`, 'check --host');
    default:
      return failure(`cannot listen on ${peer}: ${error.message}`, `check --host and ${flag}`);
  }
}
