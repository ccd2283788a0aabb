/** Drives one test against a server of the original wperf, told as the same events as any other. */
import { defaults, legacy, waits } from '../../defaults.js';
import { toWperfError, WperfError } from '../../errors.js';
import type { EndEvent, RttSummary, StartEvent, TestEvent } from '../../events.js';
import { type Clock, systemClock } from '../../host/clock.js';
import { readTcpInfo } from '../../host/tcp-options.js';
import type { ClientPlan, TestPlan } from '../../plan.js';
import { Collector } from '../../session/collector.js';
import { tokenHint } from '../../session/conversation.js';
import { randomId } from '../../session/handshake.js';
import { ProgressMeter } from '../../session/progress.js';
import { measureRoundTrips } from '../../session/round-trips.js';
import { shareOf } from '../../session/stream-test.js';
import type { Channel, Closed } from '../../transport/channel.js';
import { connectWs } from '../../transport/ws/connect.js';
import { legacyEndEvent } from './end-event.js';
import { closedError, Link } from './link.js';
import { LegacyLoad, type LegacyOutcome } from './load.js';
import { withSenderCounts } from './sender-counts.js';
import { legacySoftware, NUMBER_BYTES, openingText } from './wire.js';

export interface LegacyClientOptions {
  /** Ends the test early; the results so far are still collected. */
  readonly signal: AbortSignal;
  readonly clock?: Clock | undefined;
  readonly connect?: (plan: ClientPlan) => Promise<Channel>;
}

/** How its server refuses a token (RFC 6455, section 7.4.1: policy violation). */
const POLICY = 1008;

export class LegacyClientTest {
  readonly #plan: ClientPlan;
  readonly #options: LegacyClientOptions;
  readonly #clock: Clock;
  readonly #emit: (event: TestEvent) => void;
  readonly #links: Link[] = [];
  readonly #session = randomId();

  constructor(plan: ClientPlan, options: LegacyClientOptions, emit: (event: TestEvent) => void) {
    this.#plan = plan;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#emit = emit;
  }

  /** The last event is `end` or `error`. Never throws. */
  async run(): Promise<void> {
    try {
      const links = await this.#beforeStart(this.#openStreams());
      const channels = links.map((link) => link.channel);
      const rtt = await this.#beforeStart(measureRoundTrips(channels, this.#clock));
      const gone = links.find((link) => link.closed)?.closed;
      if (gone) throw closedError(gone, this.#peer);
      this.#emit(this.#startEvent(links, rtt));
      for (const text of this.#notes()) this.#emit({ type: 'notice', level: 'info', text });
      this.#emit(await this.#measure(links));
      for (const link of links) link.close(waits.closeSeconds);
    } catch (error) {
      for (const link of this.#links) link.channel.drop();
      this.#emit({ type: 'error', error: this.#explained(error) });
    }
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
    const { token, streams } = this.#plan;
    const connect = this.#options.connect ?? ((plan: ClientPlan) => connectWs(plan, true, []));
    if (token !== undefined) this.#emit({ type: 'notice', level: 'warning', text: plainToken });
    const open = async () => {
      const link = new Link(await connect(this.#plan));
      this.#links.push(link);
      if (this.#options.signal.aborted) link.channel.drop();
      if (token !== undefined) link.say(token);
      return link;
    };
    return Promise.all(Array.from({ length: streams }, open));
  }

  #startEvent(links: readonly Link[], rtt: RttSummary | undefined): StartEvent {
    const { target, title, extraData } = this.#plan;
    const [first] = links;
    const mss = readTcpInfo(first?.channel.descriptor)?.mss;
    return {
      type: 'start',
      role: 'client',
      dialect: 'legacy',
      session: this.#session,
      wallMs: Date.now(),
      peer: { host: target.host, port: target.port },
      peerSoftware: legacySoftware,
      test: this.#test(),
      streams: links.map(({ channel: { info } }, i) => {
        const { localHost, localPort, remoteHost, remotePort } = info;
        return { id: i + 1, localHost, localPort, remoteHost, remotePort };
      }),
      secure: first?.channel.info.secure ?? false,
      ...(rtt && { rtt }),
      ...(mss !== undefined && { mss }),
      ...(title !== undefined && { title }),
      ...(extraData !== undefined && { extraData }),
    };
  }

  /** Of all streams. Its server always sends its own blocks. */
  #test(): TestPlan {
    const { direction, streams, seconds, bytes, omitSeconds, bitsPerSecond, intervalSeconds } = this.#plan;
    const payload = direction === 'down' ? legacy.blockBytes : Math.min(this.#plan.blockBytes, legacy.simMtu.max);
    const blockBytes = NUMBER_BYTES + payload;
    const rate = direction === 'down' ? 0 : bitsPerSecond;
    const test = {
      mode: 'throughput' as const,
      direction,
      streams,
      seconds,
      omitSeconds,
      blockBytes,
      bitsPerSecond: rate,
      intervalSeconds,
    };
    return { ...test, ...(bytes !== undefined && { bytes }) };
  }

  /** What was asked for and cannot be had. */
  #notes(): string[] {
    const { direction, blockBytes, bitsPerSecond, getServerOutput } = this.#plan;
    const down = direction !== 'up';
    const ignored = [
      ...(down && blockBytes !== defaults.blockBytes ? ['a block size'] : []),
      ...(down && bitsPerSecond > 0 ? ['a rate'] : []),
      ...(getServerOutput ? ['its own report'] : []),
    ];
    return [
      'The server speaks the dialect of the original wperf.',
      ...ignored.map((what) => `It cannot be asked for ${what}.`),
    ];
  }

  async #measure(links: readonly Link[]): Promise<EndEvent> {
    const test = this.#test();
    const collector = new Collector('client', test, (event) => this.#emit(withSenderCounts(event)));
    const loads = links.map((link, i) => this.#startStream(link, i + 1, test, collector));
    const progress = new ProgressMeter('client', test, loads, this.#clock, this.#emit);
    try {
      const outcomes = await Promise.all(loads.map((load) => load.outcome));
      return legacyEndEvent('client', test, new Map(outcomes.map((outcome, i) => [i + 1, outcome])));
    } finally {
      progress.stop();
    }
  }

  #startStream(link: Link, id: number, whole: TestPlan, collector: Collector) {
    const bytes = shareOf(whole.bytes, id, whole.streams);
    const load = new LegacyLoad({
      role: 'client',
      link,
      test: { ...whole, ...(bytes !== undefined && { bytes }) },
      clock: this.#clock,
      stop: this.#options.signal,
      onInterval: (report) => collector.add(id, report),
    });
    if (!link.closed) link.say(openingText(whole.direction));
    const outcome: Promise<LegacyOutcome> = load.run().finally(() => collector.finish(id));
    return { outcome, counts: () => load.counts() };
  }

  get #peer(): string {
    const { host, port } = this.#plan.target;
    return `${host}:${port}`;
  }

  /** A refused token under its own name. */
  #explained(thrown: unknown): WperfError {
    const closed: Closed | undefined = this.#links.find((link) => link.closed?.code === POLICY)?.closed;
    const error = toWperfError(thrown);
    if (!closed || error.code !== 'peer-lost') return error;
    const peer = this.#peer;
    if (!/token/i.test(closed.reason)) return closedError(closed, peer);
    const code = this.#plan.token === undefined ? 'token-required' : 'token-rejected';
    return new WperfError(code, `${peer}: ${closed.reason}`, { operation: 'handshake', peer, hint: tokenHint });
  }
}

const plainToken =
  'The server speaks the dialect of the original wperf: the token crosses the network as it is. Use --no-legacy to refuse that.';
