/** The server's side of the upgrade: from a connection at the front door to a channel, or a refusal that says why. */
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import { bounds, waits } from '../../defaults/index.js';
import { type ErrorCode, WperfError } from '../../errors.js';
import type { Cancel, Clock } from '../../host/clock.js';
import type { ServerPlan } from '../../plan/plan.js';
import { offeredVersions, PROTOCOL_HEADER, PROTOCOL_VERSION, SUBPROTOCOL } from '../../protocol/version.js';
import type { Channel, ForwardedClient } from '../channel.js';
import { forwardedClient } from '../door/forwarded.js';
import type { Opening } from '../door/front-door.js';
import { WsChannel } from './channel.js';
import { infoOf } from './connect.js';
import { ERROR_HEADER } from './errors.js';

/**
 * AES-128 first: as safe against any known attack as AES-256 and a third cheaper, which matters where the processor is
 * slower than the network. The rest are OpenSSL's own choices for TLS 1.2 and 1.3.
 */
const CIPHERS =
  'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:' +
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:' +
  'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305';

export interface AcceptorOptions {
  readonly tls: ServerPlan['tls'];
  readonly path: string | undefined;
  readonly clock: Clock;
  /** Whether this address is of a proxy that may say for whom it speaks. */
  readonly trusts: (address: string) => boolean;
  /** True when one more connection would be too many. */
  readonly isFull: () => boolean;
  readonly onChannel: (channel: Channel) => void;
  /** Takes clients that name no sub-protocol, which are the original's; without it they are refused. */
  readonly onLegacyChannel?: ((channel: Channel) => void) | undefined;
  /** False makes channels use plain `ws` calls. */
  readonly lane?: boolean;
}

interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly text: string;
}

export class Acceptor {
  readonly #options: AcceptorOptions;
  readonly #secure: SecureContext | undefined;
  readonly #http: Server;
  readonly #upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: bounds.frameBytes,
    handleProtocols: () => SUBPROTOCOL,
  });
  /** The TCP socket under each TLS socket. */
  readonly #underTls = new WeakMap<Duplex, Socket>();

  /** For whom a proxy said, in front of the connection's bytes, that it speaks. */
  readonly #announced = new WeakMap<Duplex, ForwardedClient>();

  /** Ends the wait for a connection's request. */
  readonly #cancelPatience = new WeakMap<Duplex, Cancel>();

  /** Throws WperfError `file-failure` for a certificate or key that cannot be used. */
  constructor(options: AcceptorOptions) {
    this.#options = options;
    this.#secure = options.tls && secureContext(options.tls);
    this.#http = createServer({ maxHeaderSize: bounds.headerBytes }, (request, response) => {
      response.writeHead(426, { ...refusalHeaders('request-refused'), Upgrade: 'websocket', Connection: 'close' });
      response.end(`This is a wperf server. Measure with: wperf -c ${request.headers.host ?? 'HOST'}\n`);
    });
    this.#http.on('upgrade', (request: IncomingMessage, socket, head) => this.#upgrade(request, socket, head));
    this.#http.on('clientError', (_error, socket) => socket.destroy());
  }

  /** Takes a connection whose bytes are still unread. */
  admit(socket: Socket, opening: Opening, client?: ForwardedClient): void {
    if (client) this.#announced.set(socket, client);
    const plain = this.#secure === undefined;
    if (opening === 'tls' && !plain) this.#admitTls(socket);
    else if (opening === 'http' && plain) this.#admitHttp(socket);
    else if (opening === 'http') refuse(socket, wantsTls);
    else socket.destroy();
  }

  #admitTls(socket: Socket): void {
    const tls = new TLSSocket(socket, { isServer: true, secureContext: this.#secure });
    tls.on('error', () => socket.destroy());
    tls.on('_tlsError', () => socket.destroy());
    socket.on('close', () => tls.destroy());
    this.#underTls.set(tls, socket);
    this.#admitHttp(tls);
  }

  #admitHttp(socket: Socket): void {
    const { clock } = this.#options;
    const cancel = clock.at(clock.now() + waits.firstBytesSeconds, () => socket.destroy());
    socket.once('close', cancel);
    this.#cancelPatience.set(socket, cancel);
    this.#http.emit('connection', socket);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = this.#refusalOf(request);
    if (refusal) {
      refuse(socket, refusal);
      return;
    }
    this.#upgrader.handleUpgrade(request, socket, head, (ws) => {
      this.#cancelPatience.get(socket)?.();
      const tcp = this.#underTls.get(socket) ?? socket;
      const client = this.#clientOf(request, tcp);
      const info = { ...infoOf(request.socket), ...(client && { client }) };
      const channel = new WsChannel(ws, { socket, tcp, isClient: false, info, lane: this.#options.lane });
      if (ws.protocol === '') this.#options.onLegacyChannel?.(channel);
      else this.#options.onChannel(channel);
    });
  }

  /** Each proxy on the way is believed only as far as it is trusted. */
  #clientOf({ headers, socket }: IncomingMessage, tcp: Duplex): ForwardedClient | undefined {
    const { trusts } = this.#options;
    const announced = this.#announced.get(tcp);
    const caller = announced?.host ?? socket.remoteAddress ?? '';
    return (trusts(caller) ? forwardedClient(headers, trusts) : undefined) ?? announced;
  }

  #refusalOf(request: IncomingMessage): Refusal | undefined {
    const { path, isFull, onLegacyChannel } = this.#options;
    const [asked] = (request.url ?? '/').split('?');
    if (path !== undefined && asked !== path)
      return { status: 404, code: 'request-refused', text: 'nothing is served at this path' };
    const named = request.headers['sec-websocket-protocol'];
    const offered = offeredVersions(named ?? '');
    const legacy = named === undefined && onLegacyChannel !== undefined;
    if (!legacy && !offered.includes(PROTOCOL_VERSION)) return versionRefusal(offered);
    if (isFull()) return { status: 503, code: 'server-full', text: 'the server has as many clients as it can take' };
    return undefined;
  }
}

const wantsTls: Refusal = { status: 400, code: 'tls-failure', text: 'this port speaks TLS' };

function versionRefusal(offered: readonly number[]): Refusal {
  const theirs =
    offered.length > 0 ? offered.map((version) => `wperf.v${version}`).join(', ') : 'no wperf sub-protocol';
  return { status: 400, code: 'version-mismatch', text: `the server speaks ${SUBPROTOCOL}, the client ${theirs}` };
}

function refusalHeaders(code: ErrorCode): Record<string, string> {
  return { [PROTOCOL_HEADER]: SUBPROTOCOL, [ERROR_HEADER]: code, 'Content-Type': 'text/plain; charset=utf-8' };
}

function refuse(socket: Duplex, { status, code, text }: Refusal): void {
  const body = `${text}\n`;
  const headers = { ...refusalHeaders(code), Connection: 'close', 'Content-Length': String(Buffer.byteLength(body)) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.on('error', () => {});
  socket.once('finish', () => socket.destroy());
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n'));
}

function secureContext({ cert, key }: NonNullable<ServerPlan['tls']>): SecureContext {
  try {
    return createSecureContext({ cert, key, ciphers: CIPHERS, honorCipherOrder: true });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const hint = '--tls-cert and --tls-key take PEM files that belong together';
    throw new WperfError('file-failure', `the certificate or key cannot be used: ${text}`, { hint, cause: error });
  }
}
