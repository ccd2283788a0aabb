/** Drives one test against a server of the original wperf, told as the same events as any other. */
import { defaults, legacy, waits } from '../../defaults/index.js';
import { WperfError } from '../../errors.js';
import type { EndEvent, NoticeEvent, RttSummary, SimulationReport, StartEvent, TestEvent } from '../../events/test.js';
import { type Clock, systemClock } from '../../host/clock.js';
import { readTcpInfo } from '../../host/tcp/options.js';
import { Collector } from '../../modes/load/collector.js';
import { ProgressMeter } from '../../modes/load/progress-meter.js';
import { measureRoundTrips } from '../../modes/load/round-trips.js';
import { simulatedSeconds, simulationReport, withSeed } from '../../modes/simulation.js';
import type { ClientPlan, Simulation, TestPlan } from '../../plan/plan.js';
import { pacedBlockBytes } from '../../traffic/paced-block.js';
import type { Channel } from '../../transport/channel.js';
import { shareOf } from '../native/granted.js';
import { randomId } from '../native/handshake.js';
import { legacyEndEvent } from './end-event.js';
import { connectLegacy, dialectNotes, refusalOf, sayToken } from './entry.js';
import { closedError, Link } from './link.js';
import { LegacyLoad, type LegacyOutcome } from './load.js';
import { withSenderCounts } from './sender-counts.js';
import { simulateOn, simulationNotes } from './simulation.js';
import { legacySoftware, NUMBER_BYTES, openingText } from './wire.js';

export interface LegacyClientOptions {
  /** Ends the test early; the results so far are still collected. */
  readonly signal: AbortSignal;
  readonly clock?: Clock | undefined;
  readonly connect?: (plan: ClientPlan) => Promise<Channel>;
}

export class LegacyClientTest {
  readonly #plan: ClientPlan;
  readonly #options: LegacyClientOptions;
  readonly #clock: Clock;
  readonly #emit: (event: TestEvent) => void;
  readonly #links: Link[] = [];
  readonly #session = randomId();
  readonly #simulation: Simulation | undefined;
  /** As the start told it. */
  #simulated: SimulationReport | undefined;
  /** Of a test that fails midway. */
  #partial: EndEvent | undefined;
  #failed = false;

  constructor(plan: ClientPlan, options: LegacyClientOptions, emit: (event: TestEvent) => void) {
    this.#plan = plan;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#simulation = plan.simulation && withSeed(plan.simulation);
    this.#emit = emit;
  }

  /** The last event is `end` or `error`. Never throws. */
  async run(): Promise<void> {
    try {
      this.#checkMode();
      const links = await this.#beforeStart(this.#openStreams());
      const channels = links.map((link) => link.channel);
      const roundTrips = measureRoundTrips(channels, this.#clock, simulatedSeconds(this.#simulation));
      const rtt = await this.#beforeStart(roundTrips);
      const gone = links.find((link) => link.closed)?.closed;
      if (gone) throw closedError(gone, this.#peer);
      this.#emit(this.#startEvent(links, rtt));
      for (const note of [...dialectNotes(this.#plan), ...this.#notes()]) this.#emit(note);
      this.#emit(await this.#measure(links));
      for (const link of links) link.close(waits.closeSeconds);
    } catch (error) {
      this.#failed = true;
      for (const link of this.#links) link.channel.drop();
      const partial = this.#partial;
      this.#emit({ type: 'error', error: refusalOf(this.#plan, this.#links, error), ...(partial && { partial }) });
    }
  }

  #checkMode(): void {
    const { mode, direction } = this.#plan;
    if (mode !== 'datagram' || direction === 'up') return;
    const text = `${this.#peer} is of the original wperf, which receives the packets of --udp but sends none`;
    const hint = 'leave -R and --bidir away';
    throw new WperfError('request-refused', text, { operation: 'connect', peer: this.#peer, hint });
  }

  /** Until the test runs, an interruption has no results to wait for. */
  #beforeStart<T>(step: Promise<T>): Promise<T> {
    const { signal } = this.#options;
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(new WperfError('interrupted', 'interrupted before the test began'));
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      step.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    });
  }

  /** The token goes out before the round trips, so that a refusal comes back before the load begins. */
  async #openStreams(): Promise<Link[]> {
    const { connect = connectLegacy } = this.#options;
    const open = async (id: number) => {
      const link = new Link(await connect(this.#plan));
      this.#links.push(link);
      if (this.#failed) link.channel.drop();
      sayToken(link, this.#plan);
      this.#simulateOn(link, id);
      return link;
    };
    return Promise.all(Array.from({ length: this.#plan.streams }, (_, i) => open(i + 1)));
  }

  #simulateOn(link: Link, stream: number): void {
    const [simulation, clock, test] = [this.#simulation, this.#clock, this.#plan];
    if (simulation) simulateOn(link, { simulation, clock, role: 'client', stream, test });
  }

  #startEvent(links: readonly Link[], rtt: RttSummary | undefined): StartEvent {
    const { target, title, extraData } = this.#plan;
    const [first] = links;
    const mss = readTcpInfo(first?.channel.descriptor)?.mss;
    const [test, sim] = [this.#test(), this.#simulation];
    const found = { rttMs: rtt?.avgMs, blockBytes: test.blockBytes };
    this.#simulated = sim && simulationReport(sim, first?.channel, found);
    return {
      type: 'start',
      role: 'client',
      dialect: 'legacy',
      session: this.#session,
      wallMs: Date.now(),
      peer: { host: target.host, port: target.port },
      peerSoftware: legacySoftware,
      test,
      streams: links.map(({ channel: { info } }, i) => {
        const { localHost, localPort, remoteHost, remotePort } = info;
        return { id: i + 1, localHost, localPort, remoteHost, remotePort };
      }),
      secure: first?.channel.info.secure ?? false,
      ...(rtt && { rtt }),
      ...(mss !== undefined && { mss }),
      ...(this.#simulated && { simulation: this.#simulated }),
      ...(title !== undefined && { title }),
      ...(extraData !== undefined && { extraData }),
    };
  }

  /** Of all streams. Its server always sends its own blocks, and counts every packet. */
  #test(): TestPlan {
    const { mode, direction, streams, seconds, bytes, blockBytes, bitsPerSecond, intervalSeconds } = this.#plan;
    const isDatagram = mode === 'datagram';
    const mtuBytes = Math.min(this.#simulation?.mtuBytes ?? legacy.simMtu.max, legacy.simMtu.max);
    const payload = Math.min(direction === 'down' ? legacy.blockBytes : blockBytes, mtuBytes);
    const rate = direction === 'down' ? 0 : bitsPerSecond;
    return {
      ...{ mode, direction, streams, seconds, intervalSeconds },
      omitSeconds: isDatagram ? 0 : this.#plan.omitSeconds,
      blockBytes: isDatagram ? Math.min(blockBytes, mtuBytes) : pacedBlockBytes(NUMBER_BYTES + payload, rate),
      bitsPerSecond: rate,
      ...(bytes !== undefined && { bytes }),
    };
  }

  /** What was asked for and cannot be had. */
  #notes(): NoticeEvent[] {
    const { mode, direction, blockBytes, bitsPerSecond, omitSeconds, getServerOutput } = this.#plan;
    const down = direction !== 'up';
    const ignored = [
      ...(down && blockBytes !== defaults.blockBytes ? ['a block size'] : []),
      ...(down && bitsPerSecond > 0 ? ['a rate'] : []),
      ...(mode === 'datagram' && omitSeconds > 0 ? ['packets that do not count'] : []),
      ...(getServerOutput ? ['its own report'] : []),
    ];
    const notes = ignored.map(
      (what) => ({ type: 'notice', level: 'info', text: `It cannot be asked for ${what}.` }) as const,
    );
    return [...notes, ...simulationNotes(this.#simulation, mode)];
  }

  async #measure(links: readonly Link[]): Promise<EndEvent> {
    const test = this.#test();
    const collector = new Collector('client', test, (event) => this.#emit(withSenderCounts(event)));
    const loads = links.map((link, i) => this.#startStream(link, i + 1, test, collector));
    const progress = new ProgressMeter('client', test, loads, this.#clock, this.#emit);
    try {
      return this.#end(test, await Promise.all(loads.map((load) => load.outcome)));
    } catch (error) {
      const remains = await Promise.all(loads.map((load) => load.remains()));
      this.#partial = { ...this.#end(test, remains), interrupted: true };
      throw error;
    } finally {
      progress.stop();
    }
  }

  #end(test: TestPlan, outcomes: readonly LegacyOutcome[]): EndEvent {
    const byId = new Map(outcomes.map((outcome, i) => [i + 1, outcome]));
    return legacyEndEvent('client', test, byId, this.#simulated);
  }

  #startStream(link: Link, id: number, whole: TestPlan, collector: Collector) {
    const share = shareOf(whole.bytes, id, whole.streams);
    const bytes = whole.mode === 'datagram' ? share && wholePackets(share, whole.blockBytes) : share;
    const load = new LegacyLoad({
      role: 'client',
      link,
      test: { ...whole, ...(bytes !== undefined && { bytes }) },
      clock: this.#clock,
      stop: this.#options.signal,
      onInterval: (report) => collector.add(id, report),
    });
    if (!link.closed) link.say(openingText(whole, this.#simulation));
    const outcome: Promise<LegacyOutcome> = load.run().finally(() => collector.finish(id));
    return { outcome, counts: () => load.counts(), remains: () => load.remains() };
  }

  get #peer(): string {
    const { host, port } = this.#plan.target;
    return `${host}:${port}`;
  }
}

function wholePackets(bytes: number, packetBytes: number): number {
  return Math.ceil(bytes / packetBytes) * packetBytes;
}
