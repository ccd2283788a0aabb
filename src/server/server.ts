/** The server: admits clients, grants what they ask, runs their streams, and tells of every test as events. */
import { EventEmitter, setMaxListeners } from 'node:events';
import { networkInterfaces } from 'node:os';
import { bounds, limits, waits } from '../defaults/index.js';
import { Guest } from '../dialects/legacy/guest.js';
import { Conversation } from '../dialects/native/conversation.js';
import { grantedTest } from '../dialects/native/granted.js';
import { type Decision, openAsServer } from '../dialects/native/handshake.js';
import { servePings } from '../dialects/native/serve-pings.js';
import { serveTrace } from '../dialects/native/serve-route.js';
import { NativeTalk } from '../dialects/native/talk.js';
import { toWperfError, WperfError } from '../errors.js';
import type { Annotation } from '../events/hop.js';
import type { PingsServedEvent } from '../events/ping.js';
import type { Recorder } from '../events/recorder.js';
import type { NoticeEvent, TestEvent } from '../events/test.js';
import { given } from '../given.js';
import { type Clock, systemClock } from '../host/clock.js';
import { nodeHost } from '../host/node.js';
import { randomId } from '../host/random.js';
import { ServedTest } from '../modes/load/served.js';
import { countServedPings } from '../modes/ping/account.js';
import { traceBack } from '../modes/route/desk/back.js';
import { TraceDesk } from '../modes/route/desk/desk.js';
import { grantWish, serviceOf } from '../modes/route/desk/limits.js';
import { TrustedProxies } from '../net/networks.js';
import type { ServerPlan, TraceService } from '../plan/plan.js';
import type { Grant, Hello } from '../protocol/messages.js';
import type { Channel } from '../transport/channel.js';
import { type FrontDoor, openFrontDoor } from '../transport/door/front-door.js';
import { Acceptor } from '../transport/ws/accept.js';

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

export interface ServerRunOptions {
  readonly clock?: Clock;
  /** False measures with plain `ws` calls. */
  readonly lane?: boolean;
  /** Makes what keeps the server's report for a client that asks for it. */
  readonly makeRecorder?: () => Recorder;
  /** Traces the route back to a client; for tests. */
  readonly traceBack?: typeof traceBack;
  /** What is known of an address, for clients of the original wperf, which do not look it up. */
  readonly annotate?: Annotate;
}

type Annotate = (ip: string) => Promise<Annotation>;

/** Resolves once the port is open. Rejects with WperfError `port-in-use`, `listen-failure` or `file-failure`. */
export async function startServerPlan(plan: ServerPlan, options: ServerRunOptions = {}): Promise<WperfServer> {
  const server = new WperfServer(plan, options);
  await server.listen();
  return server;
}

export class WperfServer extends EventEmitter<ServerEvents> {
  readonly #plan: ServerPlan;
  readonly #clock: Clock;
  readonly #proxies: TrustedProxies;
  readonly #acceptor: Acceptor;
  readonly #conversations = new Set<Conversation>();
  /** Clients of the original wperf. */
  readonly #guests = new Set<Guest>();
  readonly #tests = new Map<string, ServedTest>();
  /** Pings and traces. */
  #otherRuns = 0;
  readonly #stop = new AbortController();
  readonly #service: TraceService;
  readonly #desk: TraceDesk;
  readonly #annotate: Annotate | undefined;
  readonly #makeRecorder: (() => Recorder) | undefined;
  #door: FrontDoor | undefined;
  #closing: Promise<void> | undefined;
  #whenEmpty: () => void = () => {};

  constructor(plan: ServerPlan, options: ServerRunOptions) {
    super();
    // As many streams as there are listen to it: no leak.
    setMaxListeners(0, this.#stop.signal);
    this.#plan = plan;
    this.#clock = options.clock ?? systemClock;
    this.#makeRecorder = options.makeRecorder;
    this.#proxies = new TrustedProxies(plan.trustProxy ?? []);
    this.#annotate = options.annotate;
    this.#service = serviceOf(plan.traces);
    this.#desk = new TraceDesk({
      ...{ service: this.#service, clock: this.#clock, stop: this.#stop.signal },
      ownAddresses: () => Object.values(networkInterfaces()).flatMap((own) => own ?? []),
      trace: options.traceBack ?? traceBack,
    });
    this.#acceptor = new Acceptor({
      tls: plan.tls,
      path: plan.path,
      clock: this.#clock,
      trusts: (address) => this.#proxies.trusts(address),
      lane: options.lane ?? true,
      isFull: () => this.#connections >= bounds.connections || this.#closing !== undefined,
      onChannel: (channel) => this.#admit(channel),
      onLegacyChannel: plan.noLegacy ? undefined : (channel) => this.#admitGuest(channel),
    });
  }

  async listen(): Promise<void> {
    const { host, port } = this.#plan;
    this.#door = await openFrontDoor({
      ...{ host, port, clock: this.#clock },
      trusts: (address) => this.#proxies.trusts(address),
      onConnection: (socket, opening, client) => this.#acceptor.admit(socket, opening, client),
    });
  }

  /** The address and port listened on. */
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
    const doorClosed = this.#door?.close();
    this.#stop.abort('shutdown');
    for (const conversation of this.#conversations) if (!this.#isTesting(conversation)) conversation.close(1);
    for (const guest of this.#guests) if (!guest.ran) guest.close(1);
    const emptied = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
      if (this.#connections === 0) resolve();
    });
    const cancel = this.#clock.at(this.#clock.now() + waits.closeSeconds, () => this.#dropAll());
    await emptied;
    cancel();
    await doorClosed;
    this.emit('close');
  }

  #isTesting(conversation: Conversation): boolean {
    return [...this.#tests.values()].some((test) => test.runsOn(conversation.channel));
  }

  #dropAll(): void {
    for (const conversation of this.#conversations) conversation.drop();
    for (const guest of this.#guests) guest.drop();
  }

  get #connections(): number {
    return this.#conversations.size + this.#guests.size;
  }

  #admit(channel: Channel): void {
    const conversation = new Conversation(channel, this.#clock);
    this.#conversations.add(conversation);
    conversation.onEnded = () => {
      this.#conversations.delete(conversation);
      if (this.#connections === 0) this.#whenEmpty();
    };
    this.#serve(conversation).catch((error) => this.#warn(conversation.peer, error));
  }

  #admitGuest(channel: Channel): void {
    const session = randomId();
    const guest = new Guest(channel, {
      plan: this.#plan,
      clock: this.#clock,
      stop: this.#stop.signal,
      mayBegin: () => !this.#plan.oneOff || (this.#tests.size === 0 && !this.#closing),
      session,
      onEvent: (event) => this.emit('test', event, session),
      onPings: (event) => this.emit('pings', event),
      onNote: (text) => this.#note(text),
      desk: this.#desk,
      annotate: this.#annotate,
    });
    this.#guests.add(guest);
    const done = guest.done.catch((error) => this.#warn(guest.peer, error));
    void done.finally(() => this.#forgetGuest(guest));
  }

  #forgetGuest(guest: Guest): void {
    this.#guests.delete(guest);
    if (this.#plan.oneOff && guest.ran && this.#guests.size === 0) void this.close();
    if (this.#connections === 0) this.#whenEmpty();
  }

  #note(text: string): void {
    this.emit('notice', { type: 'notice', level: 'info', text });
  }

  #warn(peer: string, error: unknown): void {
    this.emit('notice', { type: 'notice', level: 'warning', text: `${peer}: ${toWperfError(error).line}` });
  }

  async #serve(conversation: Conversation): Promise<void> {
    try {
      const { hello, grant } = await openAsServer(conversation, {
        ...{ token: this.#plan.token, software: nodeHost.software },
        decide: (asked) => this.#decide(asked),
      });
      if (hello.mode === 'latency')
        return await this.#servePings(conversation, waits.startSeconds + hello.omitSeconds, grant);
      if (hello.mode === 'ping') return await this.#servePingRun(conversation, hello, grant);
      if (hello.mode === 'traceroute') return await this.#serveTrace(conversation, hello);
      const test = this.#testOf(conversation, hello);
      const { channel } = conversation;
      await test.serve({
        ...{ id: hello.stream, test: grantedTest(hello, grant), recorded: hello.serverOutput },
        ...{ talk: new NativeTalk(conversation, 'server'), data: channel, link: channel },
      });
    } finally {
      conversation.close(waits.closeSeconds);
    }
  }

  #testOf(conversation: Conversation, hello: Hello): ServedTest {
    const known = this.#tests.get(hello.session);
    if (known) return known;
    this.#refuseSecond(conversation);
    const test = new ServedTest(askedOf(hello), { ...nodeHost, clock: this.#clock }, this.#stop.signal, {
      makeRecorder: this.#makeRecorder,
      onEvent: (event) => this.emit('test', event, hello.session),
      onEnded: (ran) => this.#forget(hello.session, ran),
    });
    this.#tests.set(hello.session, test);
    return test;
  }

  #refuseSecond(conversation: Conversation): void {
    const guests = [...this.#guests].filter((guest) => guest.ran).length;
    if (!this.#plan.oneOff || this.#tests.size + this.#otherRuns + guests === 0) return;
    const error = new WperfError('server-full', 'the server runs one test only, and has begun it');
    conversation.abort(error);
    throw error;
  }

  /** Counts as a test, unlike the pings beside one. */
  #servePingRun(conversation: Conversation, { session, software }: Hello, grant: Grant): Promise<void> {
    return this.#serveOther(conversation, async () => {
      const { channel } = conversation;
      const guest = { session, peerSoftware: software, info: channel.info };
      const ended = countServedPings(guest, this.#clock, this.#stop.signal);
      await this.#servePings(conversation, 0, grant);
      this.emit('pings', ended(channel.pingsAnswered ?? 0));
    });
  }

  #serveTrace(conversation: Conversation, { trace: wish }: Hello): Promise<void> {
    if (wish === undefined) throw new WperfError('internal', 'a trace without a wish');
    return this.#serveOther(conversation, () =>
      serveTrace(conversation, {
        ...{ desk: this.#desk, wish, proven: this.#plan.token !== undefined, stop: this.#stop.signal },
        onNote: (text) => this.#note(text),
      }),
    );
  }

  /** A test that has no load. */
  async #serveOther(conversation: Conversation, run: () => Promise<void>): Promise<void> {
    this.#refuseSecond(conversation);
    this.#otherRuns += 1;
    try {
      await run();
      if (this.#plan.oneOff) void this.close();
    } finally {
      this.#otherRuns -= 1;
    }
  }

  #servePings(conversation: Conversation, extraSeconds: number, { seconds }: Grant): Promise<void> {
    const bound = extraSeconds + seconds + waits.closeSeconds;
    return servePings(conversation, { clock: this.#clock, seconds: bound, stop: this.#stop.signal });
  }

  #forget(session: string, ran: boolean): void {
    this.#tests.delete(session);
    if (this.#plan.oneOff && ran) void this.close();
  }

  #decide(hello: Hello): Decision {
    if (hello.trace !== undefined && hello.mode === 'traceroute') {
      const { reasons } = grantWish(hello.trace, this.#service);
      return { seconds: this.#service.seconds, bitsPerSecond: 0, reasons: [...reasons] };
    }
    const seconds = Math.min(hello.seconds, this.#plan.seconds ?? limits.seconds.max);
    const bytesCap = this.#plan.bytes === undefined ? Number.POSITIVE_INFINITY : this.#plan.bytes / hello.streams;
    const bytes = hello.bytes === undefined ? undefined : Math.max(1, Math.floor(Math.min(hello.bytes, bytesCap)));
    const reasons = [
      ...(hello.bytes === undefined && seconds < hello.seconds
        ? [`The server allows tests of at most ${seconds} s.`]
        : []),
      ...(bytes !== hello.bytes ? [`The server allows tests of at most ${this.#plan.bytes} bytes.`] : []),
    ];
    return { seconds, bitsPerSecond: hello.bitsPerSecond, reasons, ...(bytes !== undefined && { bytes }) };
  }
}

function askedOf({ session, software, title, extraData, sim, socket }: Hello) {
  return { session, software, ...given({ title, extraData, simulation: sim, socket }) };
}
