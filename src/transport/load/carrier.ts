/** A client's connections for load: over one transport, by the way to the server that the user named. */
import type { Socket } from 'node:net';
import { given } from '../../given.js';
import type { Clock } from '../../host/clock.js';
import type { ProtoPlan } from '../../plan/plan.js';
import { socketOf } from '../../plan/socket.js';
import type { CarrierPlace, LoadCarrier } from '../carriage.js';
import type { LoadLink } from '../channel.js';
import { openSocket } from '../connect/open.js';
import type { LoadTransport } from '../load-transport.js';
import type { Settled, Way } from '../transport.js';
import { connectLoad } from './connect.js';

export interface CarrierTools {
  readonly clock: Clock;
  /** Gives connecting up. */
  readonly signal: AbortSignal;
  /** Where the connections go that have been granted these. */
  readonly settled: Promise<Settled>;
}

export class Carrier implements LoadCarrier {
  readonly name: string;
  readonly settings: ProtoPlan['settings'];
  readonly #transport: LoadTransport;
  readonly #way: Way;
  readonly #tools: CarrierTools;

  constructor(transport: LoadTransport, settings: ProtoPlan['settings'], way: Way, tools: CarrierTools) {
    this.name = transport.name;
    this.settings = settings;
    this.#transport = transport;
    this.#way = way;
    this.#tools = tools;
  }

  /** Of a stream, counted from 1, as the server has granted it. Rejects with WperfError. */
  connect(stream: number, { host, port, key, blockBytes }: CarrierPlace): Promise<LoadLink> {
    const { clock, signal } = this.#tools;
    const { target, bind, proxy, socket } = { ...this.#way, ...socketOf(this.#way, stream) };
    const at = port ?? target.port;
    const way = {
      ...{ host: proxy === undefined ? host : target.host, port: at, key: Buffer.from(key, 'hex') },
      ...{ settings: this.settings, socket: socket ?? {}, bind, blockBytes, signal },
      openTcp: () => this.#openTcp({ ...this.#way, ...given({ socket }), address: host }, at),
    };
    return connectLoad(this.#transport, way, clock);
  }

  async #openTcp(way: Way, port: number): Promise<Socket> {
    const { clock, signal, settled } = this.#tools;
    const { beyond } = await settled;
    return openSocket(
      { ...way, ...given({ beyond }), target: { ...way.target, port, secure: false } },
      { clock, signal },
    );
  }
}
