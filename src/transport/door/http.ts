/**
 * HTTP at the one port: reads one request of a connection, and answers it or leaves the connection to a WebSocket.
 * Liveness: a request that is not complete in time ends the connection, and so does every answer, but of requests that
 * carry load: those live with their stream.
 */
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { bounds, waits } from '../../defaults/index.js';
import type { Cancel, Clock } from '../../host/clock.js';
import type { Arrival, Claim } from './arrival.js';

/** A capital letter, as every method begins (RFC 9110). */
export function claimsHttp([first = 0]: Uint8Array): Claim {
  return first >= 0x41 && first <= 0x5a ? 'yes' : 'no';
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Lines of plain text. */
  readonly text: string;
  /** In the text's place, with headers that say what it is. */
  readonly body?: Uint8Array;
}

export interface Requested {
  readonly request: IncomingMessage;
  /** Without its query. */
  readonly path: string;
  readonly arrival: Arrival;
  /** Where a WebSocket is asked for: what came behind the request's head. */
  readonly upgrade?: Buffer;
  /** Absent where an upgrade is asked for. For whoever does not want the connection to end with the answer. */
  readonly response?: ServerResponse;
  /** Ends the connection. */
  readonly answer: (answer: Answer) => void;
  /** The connection is somebody else's from now on. */
  readonly release: () => void;
}

export class HttpReader {
  readonly #clock: Clock;
  readonly #onAsked: (asked: Requested) => void;
  readonly #server: Server;
  readonly #reading = new WeakMap<Socket, { readonly arrival: Arrival; readonly release: Cancel }>();

  constructor(clock: Clock, onAsked: (asked: Requested) => void) {
    this.#clock = clock;
    this.#onAsked = onAsked;
    this.#server = createServer({ maxHeaderSize: bounds.headerBytes, keepAliveTimeout: waits.keepAliveSeconds * 1000 })
      .on('request', (request, response) => this.#hear(request, (answer) => send(response, answer), { response }))
      .on('upgrade', (request, _socket, head) => {
        // Any other upgrade may be ignored (RFC 9110, section 7.8).
        const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
        this.#hear(request, (answer) => send(responseOn(request), answer), isWebSocket ? { upgrade: head } : {});
      })
      .on('clientError', (_error, socket) => socket.destroy());
  }

  read(arrival: Arrival): void {
    const release = this.#clock.at(this.#clock.now() + waits.firstBytesSeconds, () => arrival.tcp.destroy());
    arrival.tcp.once('close', release);
    this.#reading.set(arrival.socket, { arrival, release });
    this.#server.emit('connection', arrival.socket);
  }

  #hear(request: IncomingMessage, answer: Requested['answer'], more: Pick<Requested, 'upgrade' | 'response'>): void {
    const reading = this.#reading.get(request.socket);
    if (!reading) return;
    const path = pathOf(request.url ?? '/');
    this.#onAsked({ ...reading, request, path, answer, ...more });
  }
}

/** A request may name the whole URL (RFC 9112, section 3.2.2). */
function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*/, '') || '/';
}

/** Node gives none for an upgrade. */
function responseOn(request: IncomingMessage): ServerResponse {
  const { socket } = request;
  const response = new ServerResponse(request);
  socket.on('error', () => {});
  response.assignSocket(socket);
  response.once('finish', () => socket.destroySoon());
  return response;
}

function send(response: ServerResponse, { status, headers, text, body = Buffer.from(text) }: Answer): void {
  const usual = { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': body.length };
  response.writeHead(status, { ...usual, Connection: 'close', ...headers });
  response.end(body);
}
