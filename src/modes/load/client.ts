/** Drives one test from the client: opens its streams, runs them, and tells what happens as events. */
import { waits } from '../../defaults/index.js';
import { Conversation } from '../../dialects/native/conversation.js';
import { grantedTest, shareOf } from '../../dialects/native/granted.js';
import { openAsClient, randomId } from '../../dialects/native/handshake.js';
import { toWperfError, WperfError } from '../../errors.js';
import type { EndEvent, RttSummary, SimulationReport, StartEvent, StreamInfo, TestEvent } from '../../events/test.js';
import { type Clock, systemClock } from '../../host/clock.js';
import { eventsOf } from '../../host/events-of.js';
import { readTcpInfo } from '../../host/tcp/options.js';
import type { ClientPlan, Simulation, TestPlan } from '../../plan/plan.js';
import type { Grant } from '../../protocol/messages.js';
import type { Channel } from '../../transport/channel.js';
import { connectWs } from '../../transport/ws/connect.js';
import { simulatedSeconds, simulationReport, withSeed } from '../simulation.js';
import { Collector } from './collector.js';
import { endEventOf } from './end.js';
import type { StreamOutcome } from './figures.js';
import { LatencyProbe } from './latency-probe.js';
import { ProgressMeter } from './progress-meter.js';
import { measureRoundTrips } from './round-trips.js';
import { type StreamRun, startStream } from './stream.js';

export interface ClientRunOptions {
  /** Ends the test early; the results so far are still collected. */
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
  readonly connect?: (plan: ClientPlan) => Promise<Channel>;
}

/** Runs the test. The last event is `end` or `error`; leaving the loop early stops the test. Never throws. */
export function runClientPlan(plan: ClientPlan, options: ClientRunOptions = {}): AsyncIterableIterator<TestEvent> {
  return eventsOf((emit, signal) => new ClientTest(plan, { ...options, signal }, emit).run(), options.signal);
}

interface OpenStream {
  readonly id: number;
  readonly conversation: Conversation;
  readonly grant: Grant;
  /** Of this stream alone. */
  readonly test: TestPlan;
}

class ClientTest {
  readonly #plan: ClientPlan;
  readonly #emit: (event: TestEvent) => void;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #connect: (plan: ClientPlan) => Promise<Channel>;
  readonly #session = randomId();
  readonly #simulation: Simulation | undefined;
  /** As the start told it. */
  #simulated: SimulationReport | undefined;
  readonly #conversations: Conversation[] = [];
  readonly #latency: LatencyProbe | undefined;
  #partial: EndEvent | undefined;

  constructor(plan: ClientPlan, options: ClientRunOptions & { signal: AbortSignal }, emit: (event: TestEvent) => void) {
    this.#plan = plan;
    this.#emit = emit;
    this.#clock = options.clock ?? systemClock;
    this.#signal = options.signal;
    this.#connect = options.connect ?? connectWs;
    this.#simulation = plan.simulation && withSeed(plan.simulation);
    const simulation = this.#simulation;
    const probe = { plan, session: this.#session, simulation, clock: this.#clock, connect: this.#connect };
    this.#latency = plan.latency ? new LatencyProbe(probe) : undefined;
  }

  async run(): Promise<void> {
    try {
      const streams = await this.#beforeStart(this.#openStreams());
      const channels = streams.map((stream) => stream.conversation.channel);
      const simulatedRtt = simulatedSeconds(this.#simulation);
      const roundTrips = measureRoundTrips(channels, this.#clock, simulatedRtt);
      const measuring = Promise.all([roundTrips, this.#latency?.measureIdle()]);
      const [rtt] = await this.#beforeStart(measuring);
      this.#emit(this.#startEvent(streams, rtt));
      this.#noteReasons(streams);
      if (this.#latency?.failure) this.#emit({ type: 'notice', level: 'warning', text: this.#latency.failure });
      this.#emit(await this.#measure(streams, rtt));
      for (const { conversation } of streams) conversation.close(0.1);
    } catch (error) {
      for (const conversation of this.#conversations) conversation.drop();
      this.#emit({ type: 'error', error: toWperfError(error), ...(this.#partial && { partial: this.#partial }) });
    } finally {
      this.#latency?.close();
    }
  }

  /** Until the test runs, an interruption has no results to wait for. */
  #beforeStart<T>(step: Promise<T>): Promise<T> {
    const interrupted = () => new WperfError('interrupted', 'interrupted before the test began');
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(interrupted());
      if (this.#signal.aborted) onAbort();
      this.#signal.addEventListener('abort', onAbort, { once: true });
      step.then(resolve, reject).finally(() => this.#signal.removeEventListener('abort', onAbort));
    });
  }

  /** The first alone, so that what is wrong with all of them is found out once. */
  async #openStreams(): Promise<OpenStream[]> {
    const first = await this.#openStream(1);
    const latency = this.#latency?.open();
    const others = Array.from({ length: this.#plan.streams - 1 }, (_, i) => this.#openStream(i + 2));
    const streams = [first, ...(await Promise.all(others))];
    await latency;
    return streams;
  }

  async #openStream(id: number): Promise<OpenStream> {
    const channel = await this.#connect(this.#plan);
    const conversation = new Conversation(channel, this.#clock);
    this.#conversations.push(conversation);
    if (this.#signal.aborted) conversation.drop();
    const hello = this.#helloOf(id);
    const grant = await openAsClient(conversation, hello, this.#plan.token);
    return { id, conversation, grant, test: grantedTest(hello, grant) };
  }

  #helloOf(id: number) {
    const { mode, direction, streams, seconds, omitSeconds, blockBytes, bitsPerSecond, intervalSeconds } = this.#plan;
    const { title, extraData, getServerOutput } = this.#plan;
    const bytes = shareOf(this.#plan.bytes, id, streams);
    return {
      session: this.#session,
      stream: id,
      ...{ mode, direction, streams, seconds, omitSeconds, blockBytes, bitsPerSecond, intervalSeconds },
      ...(bytes !== undefined && { bytes }),
      ...(title !== undefined && { title }),
      ...(extraData !== undefined && { extraData }),
      ...(this.#simulation && { sim: this.#simulation }),
      serverOutput: getServerOutput,
    };
  }

  #startEvent(streams: readonly OpenStream[], rtt: RttSummary | undefined): StartEvent {
    const { target, title, extraData } = this.#plan;
    const [first] = streams;
    const mss = readTcpInfo(first?.conversation.channel.descriptor)?.mss;
    this.#simulated = this.#simulationReport(streams, rtt);
    return {
      type: 'start',
      role: 'client',
      session: this.#session,
      wallMs: Date.now(),
      peer: { host: target.host, port: target.port },
      peerSoftware: first?.grant.software ?? '',
      test: totalTest(streams),
      streams: streams.map(streamInfo),
      secure: first?.conversation.channel.info.secure ?? false,
      ...(rtt && { rtt }),
      ...(mss !== undefined && { mss }),
      ...(this.#simulated && { simulation: this.#simulated }),
      ...(title !== undefined && { title }),
      ...(extraData !== undefined && { extraData }),
    };
  }

  #simulationReport(streams: readonly OpenStream[], rtt: RttSummary | undefined) {
    const [first] = streams;
    const sim = this.#simulation && first?.grant.sim;
    const { blockBytes } = totalTest(streams);
    return sim && simulationReport(sim, first.conversation.channel, { blockBytes, rttMs: rtt?.avgMs });
  }

  #noteReasons(streams: readonly OpenStream[]): void {
    const reasons = new Set(streams.flatMap((stream) => stream.grant.reasons));
    for (const text of reasons) this.#emit({ type: 'notice', level: 'info', text });
  }

  async #measure(streams: readonly OpenStream[], rtt: RttSummary | undefined): Promise<EndEvent> {
    const test = totalTest(streams);
    const collector = new Collector('client', test, this.#emit);
    this.#latency?.measureLoaded(test);
    const runs = streams.map((stream) => this.#startStream(stream, rtt, collector));
    const progress = new ProgressMeter('client', test, runs, this.#clock, this.#emit);
    try {
      return this.#end(test, await Promise.all(runs.map((run) => run.outcome)));
    } catch (error) {
      const remains = await Promise.all(runs.map((run) => run.remains()));
      this.#partial = { ...this.#end(test, remains), interrupted: true };
      throw error;
    } finally {
      progress.stop();
    }
  }

  #end(test: TestPlan, outcomes: readonly StreamOutcome[]): EndEvent {
    const latency = this.#latency?.finish(test.direction);
    const byId = new Map(outcomes.map((outcome, i) => [i + 1, outcome]));
    const end = endEventOf('client', test, byId, this.#simulated);
    const { warning } = this.#latency ?? {};
    const warnings = warning === undefined ? end.warnings : [...end.warnings, warning];
    return { ...end, warnings, ...(latency && { latency }) };
  }

  #startStream(stream: OpenStream, rtt: RttSummary | undefined, collector: Collector): StreamRun {
    const { id, conversation, test } = stream;
    const run = startStream({
      role: 'client',
      conversation,
      test,
      clock: this.#clock,
      resultSeconds: waits.resultGraceSeconds + Math.max((rtt?.maxMs ?? 0) / 1000, simulatedSeconds(this.#simulation)),
      stop: this.#signal,
      onInterval: (report) => collector.add(id, report),
    });
    return { ...run, outcome: run.outcome.finally(() => collector.finish(id)) };
  }
}

function totalTest(streams: readonly OpenStream[]): TestPlan {
  const [first] = streams;
  if (!first) throw new WperfError('internal', 'a test without streams');
  const bytes = streams.reduce((sum, stream) => sum + (stream.test.bytes ?? 0), 0);
  return { ...first.test, ...(bytes > 0 && { bytes }) };
}

function streamInfo({ id, conversation }: OpenStream): StreamInfo {
  const { localHost, localPort, remoteHost, remotePort } = conversation.channel.info;
  return { id, localHost, localPort, remoteHost, remotePort };
}
