/**
 * HTTP at the one port: reads one request of a connection, and answers it or leaves the connection to a WebSocket.
 * Liveness: a request that is not complete in time ends the connection, and so does every answer, but of requests that
 * carry load: those live with their stream.
 */
import { createServer, type IncomingMessage, type Server, ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
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

/** Why nothing can be made of a request: it is none, it names no host (RFC 9112, section 3.2), or its head is too long. */
export type RequestFlaw = 'syntax' | 'host' | 'length';

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
  readonly #unreadable: (flaw: RequestFlaw) => Answer;
  readonly #server: Server;
  /** Connections with their one answer, but for load. */
  readonly #answered = new WeakSet<Duplex>();
  readonly #reading = new WeakMap<Socket, { readonly arrival: Arrival; readonly release: Cancel }>();

  /** `unreadable` is the answer to what nothing can be made of. */
  constructor(clock: Clock, onAsked: (asked: Requested) => void, unreadable: (flaw: RequestFlaw) => Answer) {
    this.#clock = clock;
    this.#unreadable = unreadable;
    this.#onAsked = onAsked;
    const plain = (request: IncomingMessage, response: ServerResponse) => this.#hearPlain(request, response);
    const bare = (request: IncomingMessage, more: Pick<Requested, 'upgrade'>) =>
      this.#hear(request, (answer) => this.#send(responseOn(request), answer), more);
    // What Node would answer by itself has an answer of this server's.
    this.#server = createServer({
      maxHeaderSize: bounds.headerBytes,
      keepAliveTimeout: waits.keepAliveSeconds * 1000,
      requireHostHeader: false,
    })
      .on('request', plain)
      .on('checkExpectation', plain)
      .on('connect', (request) => bare(request, {}))
      .on('upgrade', (request, _socket, head) => {
        // Any other upgrade may be ignored (RFC 9110, section 7.8).
        const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
        bare(request, isWebSocket ? { upgrade: head } : {});
      })
      .on('clientError', (error, socket) => this.#refuse(error, socket));
  }

  read(arrival: Arrival): void {
    const release = this.#clock.at(this.#clock.now() + waits.firstBytesSeconds, () => arrival.tcp.destroy());
    arrival.tcp.once('close', release);
    this.#reading.set(arrival.socket, { arrival, release });
    this.#server.emit('connection', arrival.socket);
  }

  #hearPlain(request: IncomingMessage, response: ServerResponse): void {
    const answer: Requested['answer'] = (given) => this.#send(response, given);
    const { headers, httpVersion } = request;
    if (headers.host === undefined && httpVersion === '1.1') answer(this.#unreadable('host'));
    else this.#hear(request, answer, { response });
  }

  #hear(request: IncomingMessage, answer: Requested['answer'], more: Pick<Requested, 'upgrade' | 'response'>): void {
    const reading = this.#reading.get(request.socket);
    if (!reading) return;
    const path = pathOf(request.url ?? '/');
    this.#onAsked({ ...reading, request, path, answer, ...more });
  }

  #send(response: ServerResponse, answer: Answer): void {
    if (response.socket) this.#answered.add(response.socket);
    send(response, answer);
  }

  /** The answer gets there only while the rest of the request is read. */
  #refuse({ code = '' }: NodeJS.ErrnoException, socket: Duplex): void {
    if (this.#answered.has(socket)) return;
    this.#answered.add(socket);
    if (!socket.writable || !code.startsWith('HPE_')) socket.destroy();
    else socket.end(textOf(this.#unreadable(code === 'HPE_HEADER_OVERFLOW' ? 'length' : 'syntax')));
  }
}

/** A request may name the whole URL (RFC 9112, section 3.2.2). */
function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*/, '') || '/';
}

function textOf({ status, headers, text }: Answer): string {
  const fields = { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': text.length, ...headers };
  const lines = Object.entries({ ...fields, Connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${text}`;
}

/** Node gives none for an upgrade, nor for CONNECT. */
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
