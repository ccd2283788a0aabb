/** The server's side of the upgrade: from a request to a channel. */

import type { IncomingMessage } from 'node:http';
import { WebSocketServer } from 'ws';
import { bounds } from '../../defaults/index.js';
import { attempt } from '../../given.js';
import { decodeMessage } from '../../protocol/codec.js';
import { HELLO_HEADER, HELLO_TAKEN } from '../../protocol/version.js';
import type { Channel, ForwardedClient } from '../channel.js';
import type { Answer, Requested } from '../door/http.js';
import { infoOf } from '../socket/info.js';
import { WsChannel } from './channel.js';

interface UpgraderOptions {
  /** Sub-protocols that are spoken. */
  readonly protocols: readonly string[];
  /** Of every answer that upgrades. */
  readonly headers: Readonly<Record<string, string>>;
  /** The answer to a request that is no sound handshake (RFC 6455, section 4.2.1). */
  readonly unsound: (request: IncomingMessage, why: string) => Answer;
  /** False makes channels use plain `ws` calls. */
  readonly lane: boolean;
}

/** What a client says with its request. One that cannot be read is not taken: the client says it as a message then. */
function helloOf({ headers }: IncomingMessage): string | undefined {
  const header = headers[HELLO_HEADER];
  const hello = typeof header === 'string' ? Buffer.from(header, 'base64url').toString() : '';
  return attempt(() => decodeMessage(hello))?.type === 'hello' ? hello : undefined;
}

export class Upgrader {
  readonly #lane: boolean;
  readonly #upgrader: WebSocketServer;
  /** Of requests that are being upgraded. */
  readonly #answers = new WeakMap<IncomingMessage, Requested['answer']>();

  constructor({ protocols, headers, unsound, lane }: UpgraderOptions) {
    this.#lane = lane;
    this.#upgrader = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      autoPong: false,
      maxPayload: bounds.frameBytes,
      handleProtocols: (offered) => protocols.find((name) => offered.has(name)) ?? false,
    });
    this.#upgrader.on('wsClientError', ({ message }, _socket, request) =>
      this.#answers.get(request)?.(unsound(request, message)),
    );
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    this.#upgrader.on('headers', (answer, request) => {
      const isTaken = helloOf(request) !== undefined && answer.some((line) => /^sec-websocket-protocol:/i.test(line));
      answer.push(...lines, ...(isTaken ? [`${HELLO_HEADER}: ${HELLO_TAKEN}`] : []));
    });
  }

  /** A request that is no sound handshake is answered, and comes to no channel. */
  upgrade(asked: Requested, client: ForwardedClient | undefined, onChannel: (channel: Channel) => void): void {
    const { request, arrival, upgrade: head = Buffer.alloc(0), release } = asked;
    const { socket, tcp } = arrival;
    this.#answers.set(request, asked.answer);
    this.#upgrader.handleUpgrade(request, socket, head, (ws) => {
      release();
      const info = { ...infoOf(socket), ...(client && { client }) };
      const channel = new WsChannel(ws, { socket, tcp, isClient: false, info, lane: this.#lane });
      onChannel(channel);
      const hello = ws.protocol === '' ? undefined : helloOf(request);
      if (hello !== undefined) channel.onText(hello);
    });
  }
}
