/** The server: listens, has each connection served by the entry that claims it, tells of it as events, and stops. */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { waits } from '../defaults/index.js';
import type { House, RawDialect, ServedDialect } from '../dialects/served.js';
import { tooManyFiles, toWperfError, WperfError } from '../errors.js';
import type { NoticeEvent, TestEvent } from '../events/load.js';
import type { PingsServedEvent } from '../events/ping.js';
import { type Clock, systemClock } from '../host/clock.js';
import { inAny } from '../net/networks.js';
import type { ServerPlan } from '../plan/plan.js';
import { ownTransports, transportOf } from '../transport/catalog.js';
import { type Channel, type ChannelInfo, peerText } from '../transport/channel.js';
import type { Arrival, Opening } from '../transport/door/arrival.js';
import { clientOf } from '../transport/door/forwarded.js';
import { type FrontDoor, type FrontDoorOptions, openFrontDoor } from '../transport/door/front-door.js';
import type { Requested } from '../transport/door/http.js';
import { secureContextOf } from '../transport/door/tls.js';
import { HttpLoad } from '../transport/http/transport.js';
import { ByteLink } from '../transport/load/byte-link.js';
import { Reception } from '../transport/load/reception.js';
import type { LoadListener, LoadTransport } from '../transport/load-transport.js';
import { infoOf } from '../transport/socket/info.js';
import { Admission } from './admission.js';
import { hearDatagrams } from './datagrams.js';
import { openingsOf } from './entries.js';
import { entriesOf, houseOf, type RawEntry, rawEntriesOf, type ServerRunOptions } from './house.js';
import { openOwnPort } from './own-port.js';
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
  /** Whether an address is that of a proxy that may say for whom it speaks. */
  readonly #trusts: (address: string) => boolean;
  readonly #admission: Admission;
  readonly #stop = new AbortController();
  /** Connections that are being served. */
  readonly #serving = new Set<Promise<void>>();
  readonly #reception: Reception;
  readonly #requests = new HttpLoad();
  #door: FrontDoor | undefined;
  /** Ports of dialects that have one of their own, and where they hear datagrams. */
  readonly #sideDoors: FrontDoor[] = [];
  readonly #hearing: LoadListener[] = [];
  #closing: Promise<void> | undefined;

  constructor(plan: ServerPlan, options: ServerRunOptions, transports: readonly LoadTransport[] = []) {
    super();
    this.#plan = plan;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#trusts = inAny(plan.trustProxy ?? []);
    this.#admission = new Admission({
      clock: this.#clock,
      oneOff: plan.oneOff,
      trusts: this.#trusts,
      onOver: () => void this.close(),
      onShort: () => this.#notice('warning', tooManyFiles(undefined).line),
    });
    this.#reception = new Reception({
      clock: this.#clock,
      transports: [...transports, ...(plan.noPage ? [] : [this.#requests])],
      allowed: plan.allowProto,
      onAbsent: (name, thrown) => this.#isAbsent(name, thrown),
    });
  }

  async listen(): Promise<void> {
    const { host, port, descriptor } = this.#plan;
    const house = this.#house();
    const raw = rawEntriesOf(house);
    const way = {
      ...{ host, clock: this.#clock, trusts: this.#trusts },
      onConnection: (tcp: Socket) => this.#admission.enter(tcp),
    };
    this.#door = await openOwnPort({ ...way, port, descriptor, openings: this.#openings(house, raw) });
    await this.#reception.listen({ host: this.#door.host, port: this.#door.port });
    for (const entry of raw) await this.#openRaw(entry, this.#door, way);
  }

  async #openRaw(
    { dialect, alone, datagrams }: RawEntry,
    door: FrontDoor,
    way: Omit<FrontDoorOptions, 'port' | 'openings'>,
  ): Promise<void> {
    const doors = [door];
    if (alone) {
      const { claims, port, flag } = alone;
      const opening = { claims, take: (arrival: Arrival) => this.#serveRaw(dialect, arrival) };
      const side = await openFrontDoor({ ...way, port, flag, openings: [opening] });
      this.#sideDoors.push(side);
      doors.push(side);
    }
    if (!datagrams) return;
    for (const { host, port } of doors) {
      try {
        this.#hearing.push(await hearDatagrams({ host, port }, dialect));
      } catch (thrown) {
        const { message } = toWperfError(thrown);
        const text = `UDP port ${port} is not open for other programs' clients: ${message}`;
        setImmediate(() => this.#notice('warning', text));
      }
    }
  }

  /** Throws a WperfError where the transport is a module of the owner's; without one of wperf's own the server goes on. */
  #isAbsent(name: string, thrown: unknown): void {
    const { message } = toWperfError(thrown);
    const isOwn = ownTransports.includes(name);
    if (!isOwn) throw new WperfError('listen-failure', `${name} cannot listen: ${message}`, { operation: 'listen' });
    // Behind whoever waits for the server to begin, and listens to it then.
    setImmediate(() => this.#notice('warning', `--proto ${name} is not offered: ${message}`));
  }

  /** Where it listens. */
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
    const doors = [this.#door, ...this.#sideDoors].map((door) => door?.close());
    const emptied = Promise.all([...doors, this.#reception.close(), ...this.#hearing.map((each) => each.close())]);
    this.#stop.abort('shutdown');
    this.#admission.dismissSilent();
    const cancel = this.#clock.at(this.#clock.now() + waits.closeSeconds, () => this.#admission.dismissAll());
    await Promise.all([emptied, ...this.#serving]);
    cancel();
    this.emit('close');
  }

  #house(): House {
    return houseOf(this.#plan, this.#options, {
      stop: this.#stop.signal,
      admission: this.#admission,
      reception: this.#reception,
      emit: {
        test: (event, session) => this.emit('test', event, session),
        pings: (event) => this.emit('pings', event),
        note: (text) => this.#notice('info', text),
      },
    });
  }

  #openings(house: House, raw: readonly RawEntry[]): Opening[] {
    const { tls, path } = this.#plan;
    return openingsOf({
      entries: entriesOf(house, {
        serve: (dialect, channel, arrival) => this.#serve(dialect, channel, arrival),
        carry: ({ socket, tcp }) => this.#reception.take(socket, () => this.#admission.carries(tcp)),
        carryRequest: (asked) => this.#carryRequest(asked),
        raw: raw.map(({ claims, dialect }) => ({ claims, serve: (arrival) => this.#serveRaw(dialect, arrival) })),
        page: this.#plan.noPage ? undefined : Page.read(path),
      }),
      secure: tls && secureContextOf(tls),
      path,
      clock: this.#clock,
      trusts: this.#trusts,
      admission: this.#admission,
      lane: this.#options.lane ?? true,
    });
  }

  #serve(dialect: ServedDialect, channel: Channel, { tcp }: Arrival): void {
    const heard = () => this.#admission.heard(tcp);
    this.#keep(dialect({ channel, heard, failed: (error) => this.#failed(channel.info, tcp, error) }));
  }

  #serveRaw(dialect: RawDialect, { tcp, client }: Arrival): void {
    const info = { ...infoOf(tcp), ...(client && { client }) };
    const carry = () => {
      this.#admission.carries(tcp);
      return new ByteLink(tcp, { name: 'tcp', info });
    };
    const served = dialect.serve({
      ...{ socket: tcp, info, carry },
      admit: () => this.#admission.open(tcp, client?.host ?? info.remoteHost),
      heard: () => this.#admission.heard(tcp),
      failed: (error) => this.#failed(info, tcp, error),
    });
    this.#keep(served);
  }

  #keep(served: Promise<void>): void {
    this.#serving.add(served);
    void served.finally(() => this.#serving.delete(served));
  }

  #carryRequest(asked: Requested): boolean {
    const { path } = this.#plan;
    const { request, arrival } = asked;
    return this.#requests.take(asked, {
      folder: path === undefined ? undefined : folderOf(path),
      clientOf: () => clientOf(request.headers, arrival, this.#trusts),
      carries: () => this.#admission.carries(arrival.tcp),
    });
  }

  #failed(info: ChannelInfo, tcp: Socket, error: unknown): void {
    if (this.#stop.signal.aborted || this.#admission.wasDismissed(tcp)) return;
    const [peer, { line }] = [peerText(info), toWperfError(error)];
    const isNamed = line.startsWith(`${peer}: `) || line.startsWith(`${peer} `);
    this.#notice('warning', isNamed ? line : `${peer}: ${line}`);
  }

  #notice(level: NoticeEvent['level'], text: string): void {
    this.emit('notice', { type: 'notice', level, text });
  }
}
