/** Drives one test from the client, in whatever dialect the server speaks, and tells what happens as events. */
import { waits } from '../../defaults/index.js';
import { toWperfError, WperfError } from '../../errors.js';
import type { EndEvent, RttSummary, SimulationReport, StartEvent, StreamResult, TestEvent } from '../../events/load.js';
import { given } from '../../given.js';
import { orAborted } from '../../host/abort.js';
import type { Host } from '../../host/host.js';
import { randomId } from '../../host/random.js';
import { latencyUnder } from '../../measure/latency/latency.js';
import type { ClientPlan, Direction, Simulation } from '../../plan/plan.js';
import { shownProxy } from '../../plan/proxy.js';
import type { LoadCarrier } from '../../transport/carriage.js';
import type { Connected } from '../../transport/transport.js';
import type { Connections, StreamPlace } from '../connections.js';
import { simulatedSeconds, simulationReport, withSeed } from '../simulation.js';
import { Collector } from './collector.js';
import type { ClientStream, Greeted, LoadDialect, LoadOpening, LoadPeer, LoneDialect } from './dialect.js';
import { endEventOf } from './end.js';
import { failureOf, type PingsBeside, stoppedBy } from './failure.js';
import { KernelLatency } from './latency/kernel-latency.js';
import { LatencyProbe } from './latency/latency-probe.js';
import { measureRoundTrips, OpeningRoundTrips } from './latency/round-trips.js';
import { startProgressMeter } from './progress-meter.js';
import { startOf } from './start.js';
import type { StreamOutcome } from './stream/figures.js';
import { type StreamRun, startStream } from './stream/stream.js';
import { unansweredPings } from './warnings.js';

interface RunOptions {
  readonly host: Host;
  /** Ends the test early; the results so far are still collected. */
  readonly signal: AbortSignal;
}

/** By connections on which the dialect is settled. */
interface ConnectedRunOptions extends RunOptions {
  readonly connections: Connections;
  /** Settles the dialect once, by what the first connection answered. Throws WperfError for one that is not spoken. */
  readonly dialectOf: (connected: Connected) => LoadDialect;
  /** The dialect that the requests offer. */
  readonly offered?: LoadDialect;
  /** Where the load goes by connections of its own. */
  readonly carrier?: LoadCarrier | undefined;
}

/** By a dialect that is settled beforehand. */
interface LoneRunOptions extends RunOptions {
  readonly lone: LoneDialect;
}

type LoadRunOptions = ConnectedRunOptions | LoneRunOptions;

/** What measures latency beside the test. */
type Latency = Pick<LatencyProbe, 'measureLoaded' | 'finish' | 'close'> & Partial<LatencyProbe>;

type Opening = Omit<LoadOpening, 'connections'>;

/** Runs the test. The last event is `end` or `error`. Never rejects. */
export function runLoad(plan: ClientPlan, options: LoadRunOptions, emit: (event: TestEvent) => void): Promise<void> {
  return new ClientTest(plan, options, emit).run();
}

class ClientTest {
  readonly #plan: ClientPlan;
  readonly #options: LoadRunOptions;
  readonly #emit: (event: TestEvent) => void;
  readonly #session = randomId();
  readonly #simulation: Simulation | undefined;
  readonly #probe: LatencyProbe;
  #latency: Latency;
  readonly #roundTrips: OpeningRoundTrips;
  #peer: LoadPeer | undefined;
  /** As the start told it. */
  #simulated: SimulationReport | undefined;
  #partial: EndEvent | undefined;

  constructor(plan: ClientPlan, options: LoadRunOptions, emit: (event: TestEvent) => void) {
    this.#plan = plan;
    this.#options = options;
    this.#emit = emit;
    this.#simulation = plan.simulation && withSeed(plan.simulation);
    this.#probe = new LatencyProbe({ clock: options.host.clock, simulation: this.#simulation });
    this.#latency = this.#probe;
    this.#roundTrips = new OpeningRoundTrips(options.host.clock);
  }

  async run(): Promise<void> {
    try {
      const peer = await this.#beforeStart(this.#open());
      const rtt = await this.#beforeStart(this.#roundTripsOf(peer));
      peer.checkOpen?.();
      this.#emit(this.#startEvent(peer, rtt));
      for (const note of peer.notes) this.#emit(note);
      if (this.#latency.failure) this.#emit({ type: 'notice', level: 'warning', text: this.#latency.failure });
      this.#emit(await this.#measure(peer, rtt));
      await Promise.all(peer.streams.map((stream) => stream.close(waits.partingSeconds)));
    } catch (thrown) {
      dropAll(this.#options);
      const error = toWperfError(thrown);
      this.#emit({ type: 'error', error: this.#peer?.explain?.(error) ?? error, ...given({ partial: this.#partial }) });
    } finally {
      this.#latency.close();
    }
  }

  /** Until the test runs, an interruption has no results to wait for. */
  #beforeStart<T>(step: Promise<T>): Promise<T> {
    return orAborted(
      step,
      this.#options.signal,
      () => new WperfError('interrupted', 'interrupted before the test began'),
    );
  }

  #open(): Promise<LoadPeer> {
    return 'lone' in this.#options ? this.#openLone(this.#options) : this.#openConnected(this.#options);
  }

  async #openLone({ lone, host }: LoneRunOptions): Promise<LoadPeer> {
    const peer = await lone.open({ plan: this.#plan, session: this.#session, host });
    this.#peer = peer;
    if (this.#plan.latency) {
      const sending = peer.test.direction === 'down' ? [] : peer.streams.map(({ link }) => link);
      this.#latency = new KernelLatency(host.clock, sending);
    }
    return peer;
  }

  /** Everything at once: the streams, and the connection beside them. */
  async #openConnected(options: ConnectedRunOptions): Promise<LoadPeer> {
    const { dialectOf, offered, connections, host, carrier } = options;
    const opening = { plan: this.#plan, session: this.#session, simulation: this.#simulation, host, carrier };
    const greeted = greeter(offered, opening);
    const first = greeted(1, (greeting) => connections.first(greeting));
    const another = (place: StreamPlace) => greeted(place, (greeting) => connections.another(place, greeting));
    const beside = this.#plan.latency ? another('beside') : undefined;
    const others = Array.from({ length: this.#plan.streams - 1 }, (_, i) => another(i + 2));
    // The first failure is told; what follows from it is not.
    for (const each of [beside, ...others]) each?.catch(() => {});
    const connected = await first;
    const dialect = dialectOf(connected);
    this.#roundTrips.begin(connected);
    const latency = beside && this.#openEcho(dialect, opening, beside);
    this.#peer = await dialect.open({ ...opening, connections: [first, ...others] });
    await latency;
    await this.#probe.measureShortAnew();
    this.#probe.mustReach(this.#peer.server);
    return this.#peer;
  }

  /** A dialect without such a connection does without. */
  async #openEcho({ openEcho }: LoadDialect, opening: Opening, connecting: Promise<Greeted>): Promise<void> {
    if (openEcho) await this.#probe.open(async () => openEcho(await connecting, opening));
    else void connecting.then(({ channel }) => channel.drop()).catch(() => {});
  }

  /** What was measured while the test was opened, unless that was too early to tell. */
  async #roundTripsOf({ streams, checkOpen, rtt }: LoadPeer): Promise<RttSummary | undefined> {
    if (rtt) return rtt;
    const early = this.#roundTrips.end();
    if (early && !this.#simulation && !checkOpen) return early;
    const echoes = streams.flatMap(({ echo }) => echo ?? []);
    return measureRoundTrips(echoes, this.#options.host.clock, simulatedSeconds(this.#simulation));
  }

  #startEvent(peer: LoadPeer, rtt: RttSummary | undefined): StartEvent {
    const { target, title, extraData, socket } = this.#plan;
    const [first] = peer.streams;
    const conditions = peer.simulation && { rttMs: rtt?.avgMs, blockBytes: peer.test.blockBytes };
    this.#simulated = peer.simulation && simulationReport(peer.simulation, first?.link, conditions);
    return {
      ...startOf('client', peer.test, peer.streams, socket, peer),
      session: peer.session ?? this.#session,
      peer: { host: target.host, port: target.port },
      peerSoftware: peer.software,
      ...shownProxy(this.#plan),
      ...given({ dialect: peer.dialect, rtt, mss: first?.link.kernel?.sample()?.mss }),
      ...given({ simulation: this.#simulated, title, extraData }),
    };
  }

  async #measure(peer: LoadPeer, rtt: RttSummary | undefined): Promise<EndEvent> {
    const collector = new Collector('client', peer.test, this.#emit, peer.streams[0]?.link.columns);
    this.#latency.measureLoaded(peer.test);
    const runs = peer.streams.map((stream) => this.#startStream(stream, rtt, collector));
    const { clock } = this.#options.host;
    const host = peer.streams[0]?.talk.peer ?? '';
    const latencyMs = () => this.#latency.nowMs;
    const telling = { role: 'client', test: peer.test, runs, clock, emit: this.#emit, latencyMs } as const;
    const stopProgress = startProgressMeter(telling);
    try {
      const outcomes = await Promise.all(runs.map((run) => run.outcome));
      const pings = this.#pingsBeside(peer, rtt);
      const end = this.#end(peer, outcomes);
      const failure = peer.failure?.() ?? failureOf(end, outcomes, host, tellsArrival(peer), pings);
      if (failure) this.#partial = end;
      if (failure) throw failure;
      return pings === 'unanswered' && tellsArrival(peer) ? withSilence(end) : end;
    } catch (error) {
      if (this.#partial) throw error;
      const outcomes = await Promise.all(runs.map((run) => run.remains()));
      this.#partial = { ...this.#end(peer, outcomes), interrupted: true };
      throw stoppedBy(outcomes, host) ?? error;
    } finally {
      stopProgress();
    }
  }

  /** They have a connection of their own, where they wait for no load. In iperf3's dialect the end of a test is answered instead. */
  #pingsBeside({ dialect }: LoadPeer, rtt: RttSummary | undefined): PingsBeside {
    const { nowMs } = this.#latency;
    if (nowMs === undefined) return dialect === 'iperf3' ? 'answered' : 'none';
    return nowMs > waits.cutSeconds * 1000 + (rtt?.maxMs ?? 0) ? 'unanswered' : 'answered';
  }

  #end(peer: LoadPeer, outcomes: readonly StreamOutcome[]): EndEvent {
    const { test, missing, streams } = peer;
    const latency = this.#latency.finish(test.direction);
    const byId = new Map(outcomes.map((outcome, i) => [i + 1, outcome]));
    const end = endEventOf(
      'client',
      test,
      byId,
      given({ simulation: this.#simulated, missing, columns: streams[0]?.link.columns }),
    );
    const { warning } = this.#latency;
    const warnings = warning === undefined ? end.warnings : [...end.warnings, warning];
    return { ...end, warnings, ...given({ latency: latency && latencyUnder(loadedWays(end, peer), latency) }) };
  }

  #startStream(stream: ClientStream, rtt: RttSummary | undefined, collector: Collector): StreamRun {
    const roundTrip = Math.max((rtt?.maxMs ?? 0) / 1000, simulatedSeconds(this.#simulation));
    const run = startStream({
      role: 'client',
      stream,
      test: stream.test,
      host: this.#options.host,
      resultSeconds: waits.resultGraceSeconds + roundTrip,
      stop: this.#options.signal,
      silenceSeconds: this.#plan.silenceSeconds,
      onInterval: (report) => collector.add(stream.id, report),
    });
    return { ...run, outcome: run.outcome.finally(() => collector.finish(stream.id)) };
  }
}

/** Whose figures did not get through because nothing did, it seems. */
function withSilence(end: EndEvent): EndEvent {
  const isTold = end.streams.every(({ sent, received, partial }) => sent && received && !partial);
  return isTold ? end : { ...end, warnings: [...end.warnings, unansweredPings] };
}

function tellsArrival({ dialect }: LoadPeer): boolean {
  return dialect !== 'legacy';
}

/** The directions in which load is known to have arrived, or may have where nobody tells. */
function loadedWays({ streams }: EndEvent, peer: LoadPeer) {
  const mayHaveArrived = (direction: Direction) =>
    !tellsArrival(peer) || (direction === 'up' && (peer.deliveredBytes?.() ?? 0) > 0);
  const hasArrived = ({ direction, received }: StreamResult) =>
    received ? received.bytes > 0 : mayHaveArrived(direction);
  return streams.filter(hasArrived).map(({ direction }) => direction);
}

/** With what the dialect that is offered says first. */
function greeter(offered: LoadDialect | undefined, opening: Opening) {
  return async (
    place: StreamPlace,
    connect: (greeting: string | undefined) => Promise<Connected>,
  ): Promise<Connected & Greeted> => {
    const greeting = offered?.greeting?.(place, opening);
    const connected = await connect(greeting);
    const { greeted: isHeard = false } = connected;
    return { ...connected, ...given({ greeting: greeting === undefined ? undefined : { text: greeting, isHeard } }) };
  };
}

function dropAll(options: LoadRunOptions): void {
  if ('lone' in options) options.lone.dropAll();
  else options.connections.dropAll();
}
