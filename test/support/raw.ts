/** Connections that say what they are told, and nothing else. */
import { connect, type Socket } from 'node:net';

export interface Held {
  readonly socket: Socket;
  /** Settles when the connection has ended, with all that came back. */
  readonly ended: Promise<string>;
  /** What has come back so far. */
  readonly reply: () => string;
}

/** Connects, writes `bytes`, and stays. Settles once connected. */
export function hold(port: number, bytes: string | Buffer = '', localAddress = '127.0.0.1'): Promise<Held> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  let reply = '';
  socket
    .on('error', () => {})
    .on('data', (chunk) => {
      reply += chunk.toString('latin1');
    });
  const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(reply)));
  return new Promise((resolve) => {
    socket.once('close', () => resolve({ socket, ended, reply: () => reply }));
    socket.once('connect', () => socket.write(bytes, () => resolve({ socket, ended, reply: () => reply })));
  });
}

/** What comes back for these bytes until the far end closes. */
export async function answerTo(port: number, bytes: string | Buffer, localAddress?: string): Promise<string> {
  const { ended } = await hold(port, bytes, localAddress);
  return ended;
}

/** A request with these further lines. */
export function request(path: string, ...lines: readonly string[]): string {
  return [`GET ${path} HTTP/1.1`, 'Host: example.org', ...lines, '', ''].join('\r\n');
}

/** What a client says that asks for a WebSocket. */
export function upgradeRequest(...lines: readonly string[]): string {
  const key = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';
  return request('/', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13', key, ...lines);
}

export const nativeProtocol = 'Sec-WebSocket-Protocol: wperf.v1';
