/**
 * One iperf3 client's test at the server, from its cookie to its goodbye. Liveness: each step of the opening and of the
 * ending is bounded by `waits`, the test by its own time, by the silence of its streams, and by that of its client.
 */
import { iperf3Service, waits } from '../../../defaults/index.js';
import { toWperfError, WperfError } from '../../../errors.js';
import type { StreamResult, TestEvent } from '../../../events/load.js';
import { onAbort } from '../../../host/abort.js';
import type { Cancel } from '../../../host/clock.js';
import { ServedTest } from '../../../modes/load/served.js';
import type { TestPlan } from '../../../plan/plan.js';
import { type Closed, peerText } from '../../../transport/channel.js';
import type { House, RawVisitor, StrayDatagram } from '../../served.js';
import type { LoginRules } from '../wire/auth.js';
import { FOREVER_SECONDS, type FrameReader } from '../wire/framing.js';
import { streamIdAt } from '../wire/ids.js';
import { type Params, paramBounds, readParams } from '../wire/params.js';
import { errorNumbers, states } from '../wire/states.js';
import { askedOf, streamTests, traitsOf } from './asked.js';
import { Control } from './control.js';
import { exchangeResults, type Member } from './exchange.js';
import { missingAfter } from './missing.js';
import { Output } from './output.js';
import { type Phase, unreadNumber } from './phase.js';
import { checkLimits, checkUser, numberOf, Refusal, refusal, refusalOfAll, tooLong } from './rules.js';
import { Callers } from './streams/callers.js';
import { Progress } from './streams/progress.js';
import { ServerTalk, type Whole } from './talk.js';

/** What sessions share. */
export interface SessionTools {
  readonly house: House;
  /** Where clients have to log in. Rejects with a WperfError while nobody can. */
  readonly login: (() => Promise<Pick<LoginRules, 'key' | 'users'>>) | undefined;
  /** Makes room for so many streams, or throws a Refusal; gives what gives it back. */
  readonly reserve: (session: Session, streams: number) => Cancel;
  /** Resolves, once this address may make streams over UDP, with what ends that. */
  readonly turn: (address: string) => Promise<Cancel>;
}

export class Session implements Whole {
  readonly peer: string;
  /** Its wishes are granted, and it has not been told yet what came of them. */
  isBusy = false;
  readonly #id: string;
  readonly #visitor: RawVisitor;
  readonly #control: Control;
  readonly #tools: SessionTools;
  readonly #callers: Callers;
  readonly #cancels: Cancel[] = [];
  #members: readonly Member[] = [];
  /** Settles when all streams have told what they came to. */
  #served: Promise<unknown> = Promise.resolve();
  #ran = false;
  /** Its last event is out. */
  #isReported = false;
  #phase: Phase = 'opening';

  /** `id` is that of its events. */
  constructor(id: string, visitor: RawVisitor, reader: FrameReader, tools: SessionTools) {
    this.#id = id;
    this.#visitor = visitor;
    this.#tools = tools;
    this.peer = peerText(visitor.info);
    this.#callers = new Callers(visitor.info);
    this.#control = new Control(visitor.socket, reader, tools.house.host.clock);
  }

  /** Of its client, without what it goes through. */
  get address(): string {
    return this.#visitor.info.client?.host ?? this.#visitor.info.remoteHost;
  }

  /** Resolves once the connection has ended, and all is told of it. */
  async run(): Promise<void> {
    this.#cancels.push(onAbort(this.#tools.house.stop, () => this.#onStop()));
    let seconds: number = waits.closeSeconds;
    try {
      await this.#converse();
      this.#callers.dropAll();
    } catch (thrown) {
      await this.#onFailure(thrown);
      seconds = this.#phase === 'server' ? waits.partingSeconds : waits.stopSeconds;
    }
    for (const cancel of this.#cancels.reverse()) cancel();
    this.#callers.close();
    await this.#control.close(seconds, new WperfError('peer-lost', 'the test is over'));
    // A client whose load breaks off before it has read why would tell of that alone.
    this.#callers.dropAll();
  }

  /** A connection with this test's cookie; false where none is due. */
  take(visitor: RawVisitor, reader: FrameReader): boolean {
    return this.#callers.take(visitor, reader);
  }

  /** False where this is no datagram that this test waits for. */
  hear(datagram: StrayDatagram): boolean {
    return this.#callers.hear(datagram);
  }

  abort(error: WperfError): void {
    this.#fail(error);
  }

  stopped(): void {
    if (this.#phase !== 'running') return;
    this.#endEarly('server');
    this.#sayStopped();
  }

  async #converse(): Promise<void> {
    const { house } = this.#tools;
    const { reader } = this.#control;
    const refused = refusalOfAll(house.plan);
    if (refused) throw refused;
    this.#control.say(states.paramExchange);
    const asked = await reader.readJson(paramBounds.bytes, waits.handshakeStepSeconds, 'what it asks for');
    const params = readParams(asked);
    checkUser(params, await this.#login(), Date.now() / 1000);
    checkLimits(params, house.plan);
    const tests = streamTests(params, house.plan.intervalSeconds);
    this.#cancels.push(this.#tools.reserve(this, tests.length));
    const endRun = house.admission.begin();
    this.#cancels.push(() => endRun(this.#ran));
    this.isBusy = true;
    this.#visitor.heard();
    this.#control.watch(house.plan.silenceSeconds ?? waits.peerSilenceSeconds);
    const word = reader.readState(FOREVER_SECONDS);
    await this.#gather(params, tests.length, word);
    await this.#test(params, tests, word);
  }

  async #login() {
    try {
      return await this.#tools.login?.();
    } catch (thrown) {
      throw new Refusal(errorNumbers.notAuthorized, toWperfError(thrown));
    }
  }

  /** Until all streams are there, or the client says something before that. */
  async #gather(params: Params, streams: number, word: Promise<number>): Promise<void> {
    const spoken = word.then((state) => this.#onWord(state));
    const turn = params.protocol === 'udp' ? this.#tools.turn(this.#visitor.info.remoteHost) : undefined;
    try {
      await Promise.race([turn, spoken]);
      const all = this.#callers.expect(params, streams, this.#tools.house.host.clock);
      this.#control.say(states.createStreams);
      await Promise.race([all, spoken]);
    } finally {
      spoken.catch(() => {});
      void turn?.then((end) => end());
    }
  }

  async #test(params: Params, tests: readonly TestPlan[], word: Promise<number>): Promise<void> {
    const { host, stop, emit, plan } = this.#tools.house;
    const output = params.getServerOutput ? new Output(this.#tools.house) : undefined;
    const progress = new Progress(this.#callers.links);
    const onEvent = (event: TestEvent) => {
      output?.event(event);
      progress.event(event);
      emit.test(event, this.#id);
    };
    const onEnded = (ran: boolean) => {
      this.#ran = ran;
      this.#isReported = true;
    };
    const missing = (results: readonly StreamResult[]) => missingAfter(this.#phase, results, params.omitSeconds);
    const options = { rate: plan.rate, onEvent, onEnded, missing };
    const served = new ServedTest(askedOf(params, this.#id), host, stop, options);
    this.#members = this.#enlist(tests);
    this.#phase = 'running';
    this.#served = Promise.allSettled(this.#members.map((member, at) => this.#serve(served, member, at, params)));
    this.#control.say(states.testStart, states.testRunning);
    for (const { talk } of this.#members) talk.start();
    this.#bound(params, progress);
    if ((await word) === states.testEnd) await this.#end(output);
    else this.#onWord(await word);
  }

  #enlist(tests: readonly TestPlan[]): Member[] {
    return this.#callers.streams.flatMap((link, at) => {
      const test = tests[at];
      return test ? [{ id: streamIdAt(at), test, link, talk: new ServerTalk(this) }] : [];
    });
  }

  #serve(served: ServedTest, { test, link, talk }: Member, at: number, params: Params): Promise<unknown> {
    link.onClose = (closed) => this.#onLost(at, closed);
    const { silenceSeconds } = this.#tools.house.plan;
    const stream = {
      id: at + 1,
      test,
      link,
      data: link,
      talk,
      traits: traitsOf(params),
      silenceSeconds,
      recorded: false,
    };
    return served.serve(stream);
  }

  /** The client has ended the test. */
  async #end(output: Output | undefined): Promise<void> {
    this.#phase = 'ending';
    await exchangeResults(this.#control, this.#members, output);
    this.isBusy = false;
    await this.#served;
    await this.#control.reader.readState(waits.closeSeconds).catch(() => {});
  }

  /** Where a test does not end by its client's word alone. */
  #bound({ seconds, omitSeconds }: Params, progress: Progress): void {
    const { host, plan } = this.#tools.house;
    const { clock } = host;
    const silenceSeconds = plan.silenceSeconds ?? iperf3Service.silenceSeconds;
    const stalled = () => {
      const text = `nothing has come from or gone to ${this.peer} for ${silenceSeconds} s`;
      this.#fail(refusal(errorNumbers.noMessage, 'peer-lost', text));
    };
    this.#cancels.push(progress.watch(clock, silenceSeconds, stalled));
    if (seconds === 0) return;
    const late = clock.now() + omitSeconds + seconds + iperf3Service.overtimeSeconds;
    const overdue = () =>
      this.#fail(refusal(errorNumbers.overTime, 'timeout', `${this.peer} did not end the test in time`));
    this.#cancels.push(clock.at(late, overdue));
  }

  /** Anything but the end of the test. Throws, or ends it as interrupted. */
  #onWord(state: number): void {
    const { clientTerminated, badMessage } = errorNumbers;
    const gone = refusal(clientTerminated, 'interrupted', `${this.peer} ended the test`);
    // A client that fails before its test says that it is done.
    const isGone = state === states.clientTerminate || state === states.iperfDone;
    if (isGone && this.#phase === 'running') this.#endEarly('client');
    if (isGone) throw gone;
    throw refusal(badMessage, 'protocol-violation', `${this.peer} said ${state}, which is nothing that is due now`);
  }

  /** With what there is so far. */
  #endEarly(by: 'client' | 'server'): void {
    this.#phase = by;
    for (const { talk } of this.#members) {
      if (by === 'client') talk.put({ type: 'end', reason: 'interrupted' });
      talk.put({ type: 'over' });
      talk.put({ type: 'result' });
    }
  }

  /** The test may have come to its end, and the word of that be still on its way. */
  #onLost(at: number, { reason, text }: Closed): void {
    const { clock } = this.#tools.house.host;
    if (this.#phase !== 'running') return;
    if (reason === 'too-long') {
      this.#fail(tooLong(at, text));
      return;
    }
    const closed = `${this.peer} closed the connection of stream ${at + 1}`;
    const gone = refusal(errorNumbers.streamRead, 'peer-lost', closed);
    const isLost = () => this.#phase === 'running' && this.#fail(gone);
    this.#cancels.push(clock.at(clock.now() + iperf3Service.lostSeconds, isLost));
  }

  #onStop(): void {
    if (this.#phase !== 'opening') return;
    this.#phase = 'server';
    this.#sayStopped();
  }

  #sayStopped(): void {
    this.#control.say(states.serverTerminate);
    this.#control.reader.fail(new WperfError('interrupted', 'the server was stopped'));
  }

  #fail(error: WperfError): void {
    for (const { talk } of this.#members) talk.fail(error);
    this.#control.reader.fail(error);
  }

  async #onFailure(thrown: unknown): Promise<void> {
    const isEarly = this.#phase === 'client' || this.#phase === 'server';
    if (!isEarly) this.#tell(thrown);
    const isLate = this.#isReported;
    for (const { talk } of this.#members) talk.fail(toWperfError(thrown));
    await this.#served;
    if (!isEarly && (isLate || !this.#ran || this.#phase === 'ending')) this.#visitor.failed(thrown);
  }

  #tell(thrown: unknown): void {
    const number = numberOf(thrown, unreadNumber(this.#phase));
    if (number === undefined) this.#control.say(states.accessDenied);
    else this.#control.sayError(number, thrown instanceof Refusal ? thrown.errno : 0);
  }
}
