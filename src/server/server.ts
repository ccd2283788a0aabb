/** The server: listens, has each connection served by the entry that claims it, tells of it as events, and stops. */
import { EventEmitter } from 'node:events';
import { waits } from '../defaults/index.js';
import type { ServedDialect } from '../dialects/served.js';
import { toWperfError, WperfError } from '../errors.js';
import type { PingsServedEvent } from '../events/ping.js';
import type { NoticeEvent, TestEvent } from '../events/test.js';
import { type Clock, systemClock } from '../host/clock.js';
import { TrustedProxies } from '../net/networks.js';
import type { ServerPlan } from '../plan/plan.js';
import { ownTransports, transportOf } from '../transport/catalog.js';
import { type Channel, peerText } from '../transport/channel.js';
import type { Arrival, Opening } from '../transport/door/arrival.js';
import { clientOf } from '../transport/door/forwarded.js';
import { type FrontDoor, openFrontDoor } from '../transport/door/front-door.js';
import type { Requested } from '../transport/door/http.js';
import { secureContextOf } from '../transport/door/tls.js';
import { HttpLoad } from '../transport/http/transport.js';
import { Reception } from '../transport/load/reception.js';
import type { LoadTransport } from '../transport/load-transport.js';
import { Admission } from './admission.js';
import { openingsOf } from './entries.js';
import { entriesOf, houseOf, type ServerRunOptions } from './house.js';
import { folderOf, Page } from './page.js';

export type { ServerRunOptions };

export interface ServerEvents {
  /** What happens in one test; `session` tells tests apart that run at the same time. */
  test: [event: TestEvent, session: string];
  /** A client has ended its `--ping`. */
  pings: [event: PingsServedEvent];
  /** About a connection that came to no test. */
  notice: [event: NoticeEvent];
  /** Listening has stopped and every connection is closed. */
  close: [];
}

/** Resolves once the port is open. Rejects with WperfError `port-in-use`, `listen-failure` or `file-failure`. */
export async function startServerPlan(plan: ServerPlan, options: ServerRunOptions = {}): Promise<WperfServer> {
  const transports = await Promise.all([...ownTransports, ...(plan.modules ?? [])].map(transportOf));
  const server = new WperfServer(plan, options, [...transports, ...(options.transports ?? [])]);
  try {
    await server.listen();
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

export class WperfServer extends EventEmitter<ServerEvents> {
  readonly #plan: ServerPlan;
  readonly #options: ServerRunOptions;
  readonly #clock: Clock;
  readonly #proxies: TrustedProxies;
  readonly #admission: Admission;
  readonly #stop = new AbortController();
  /** Connections that are being served. */
  readonly #serving = new Set<Promise<void>>();
  readonly #reception: Reception;
  readonly #requests = new HttpLoad();
  #door: FrontDoor | undefined;
  #closing: Promise<void> | undefined;

  constructor(plan: ServerPlan, options: ServerRunOptions, transports: readonly LoadTransport[] = []) {
    super();
    this.#plan = plan;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#proxies = new TrustedProxies(plan.trustProxy ?? []);
    this.#admission = new Admission({
      oneOff: plan.oneOff,
      trusts: (address) => this.#proxies.trusts(address),
      onOver: () => void this.close(),
    });
    this.#reception = new Reception({
      clock: this.#clock,
      transports: [...transports, ...(plan.noPage ? [] : [this.#requests])],
      allowed: plan.allowProto,
      onAbsent: (name, thrown) => this.#isAbsent(name, thrown),
    });
  }

  async listen(): Promise<void> {
    const { host, port } = this.#plan;
    this.#door = await openFrontDoor({
      host,
      port,
      clock: this.#clock,
      trusts: (address) => this.#proxies.trusts(address),
      onConnection: (tcp) => this.#admission.enter(tcp),
      openings: this.#openings(),
    });
    await this.#reception.listen({ host: this.#door.host, port: this.#door.port });
  }

  /** The address and port listened on. */
  #isAbsent(name: string, thrown: unknown): void {
    const { message } = toWperfError(thrown);
    const isOwn = ownTransports.includes(name);
    if (!isOwn) throw new WperfError('listen-failure', `${name} cannot listen: ${message}`, { operation: 'listen' });
    // Behind whoever waits for the server to begin, and listens to it then.
    setImmediate(() => this.#notice('warning', `--proto ${name} is not offered: ${message}`));
  }

  get address(): { readonly host: string; readonly port: number } {
    if (!this.#door) throw new WperfError('internal', 'the server is not listening');
    return { host: this.#door.host, port: this.#door.port };
  }

  /** Stops listening, ends running tests with what they have so far, and closes every connection. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const emptied = Promise.all([this.#door?.close(), this.#reception.close()]);
    this.#stop.abort('shutdown');
    this.#admission.dismissSilent();
    const cancel = this.#clock.at(this.#clock.now() + waits.closeSeconds, () => this.#admission.dismissAll());
    await Promise.all([emptied, ...this.#serving]);
    cancel();
    this.emit('close');
  }

  #openings(): Opening[] {
    const { tls, path } = this.#plan;
    const house = houseOf(this.#plan, this.#options, {
      stop: this.#stop.signal,
      admission: this.#admission,
      reception: this.#reception,
      emit: {
        test: (event, session) => this.emit('test', event, session),
        pings: (event) => this.emit('pings', event),
        note: (text) => this.#notice('info', text),
      },
    });
    return openingsOf({
      entries: entriesOf(house, {
        serve: (dialect, channel, arrival) => this.#serve(dialect, channel, arrival),
        carry: ({ socket, tcp }) => this.#reception.take(socket, () => this.#admission.carries(tcp)),
        carryRequest: (asked) => this.#carryRequest(asked),
        page: this.#plan.noPage ? undefined : Page.read(path),
      }),
      secure: tls && secureContextOf(tls),
      path,
      clock: this.#clock,
      trusts: (address) => this.#proxies.trusts(address),
      admission: this.#admission,
      lane: this.#options.lane ?? true,
    });
  }

  #serve(dialect: ServedDialect, channel: Channel, { tcp }: Arrival): void {
    const served = dialect({
      channel,
      heard: () => this.#admission.heard(tcp),
      failed: (error) => {
        if (this.#stop.signal.aborted || this.#admission.wasDismissed(tcp)) return;
        this.#notice('warning', `${peerText(channel.info)}: ${toWperfError(error).line}`);
      },
    });
    this.#serving.add(served);
    void served.finally(() => this.#serving.delete(served));
  }

  #carryRequest(asked: Requested): boolean {
    const { path } = this.#plan;
    const { request, arrival } = asked;
    return this.#requests.take(asked, {
      folder: path === undefined ? undefined : folderOf(path),
      clientOf: () => clientOf(request.headers, arrival, (address) => this.#proxies.trusts(address)),
      carries: () => this.#admission.carries(arrival.tcp),
    });
  }

  #notice(level: NoticeEvent['level'], text: string): void {
    this.emit('notice', { type: 'notice', level, text });
  }
}
