/** The server's side of the upgrade: from a request to a channel. */
import { WebSocketServer } from 'ws';
import { bounds } from '../../defaults/index.js';
import type { Channel, ForwardedClient } from '../channel.js';
import type { Asked } from '../door/http.js';
import { WsChannel } from './channel.js';
import { infoOf } from './connect.js';

export interface UpgraderOptions {
  /** Sub-protocols that are spoken. */
  readonly protocols: readonly string[];
  /** Of every answer that upgrades. */
  readonly headers: Readonly<Record<string, string>>;
  /** False makes channels use plain `ws` calls. */
  readonly lane: boolean;
}

export class Upgrader {
  readonly #lane: boolean;
  readonly #upgrader: WebSocketServer;

  constructor({ protocols, headers, lane }: UpgraderOptions) {
    this.#lane = lane;
    this.#upgrader = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      autoPong: false,
      maxPayload: bounds.frameBytes,
      handleProtocols: (offered) => protocols.find((name) => offered.has(name)) ?? false,
    });
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    this.#upgrader.on('headers', (answer) => answer.push(...lines));
  }

  /** Answers by itself, without a channel, a request that is no sound handshake. */
  upgrade(asked: Asked, client: ForwardedClient | undefined, onChannel: (channel: Channel) => void): void {
    const { request, arrival, upgrade: head = Buffer.alloc(0), release } = asked;
    const { socket, tcp } = arrival;
    this.#upgrader.handleUpgrade(request, socket, head, (ws) => {
      release();
      const info = { ...infoOf(socket), ...(client && { client }) };
      onChannel(new WsChannel(ws, { socket, tcp, isClient: false, info, lane: this.#lane }));
    });
  }
}
