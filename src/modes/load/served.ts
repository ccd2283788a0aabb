/** One client's test at the server: the streams of one session that reached this process, in whatever dialect. */
import { waits } from '../../defaults/index.js';
import { toWperfError, WperfError } from '../../errors.js';
import type { ForeignDialect, SimulationReport, StartEvent, TestEvent } from '../../events/load.js';
import type { Recorder } from '../../events/recorder.js';
import { given } from '../../given.js';
import type { Cancel } from '../../host/clock.js';
import type { Host } from '../../host/host.js';
import type { RateLimit, Simulation, SocketWishes, TestPlan } from '../../plan/plan.js';
import { peerOf } from '../../transport/channel.js';
import { rateText } from '../../units.js';
import { simulatedSeconds, simulationReport } from '../simulation.js';
import { Collector } from './collector.js';
import { type EndOptions, endEventOf } from './end.js';
import { servedFailureOf } from './failure.js';
import { watchRate } from './rate-limit.js';
import { recordStream } from './recording.js';
import { directionsOf, type StreamDirections } from './results.js';
import { startOf } from './start.js';
import type { StreamOutcome } from './stream/figures.js';
import { type StreamRun, startStream } from './stream/stream.js';
import type { StreamLink, StreamTalk } from './stream/talk.js';

/** What a client said of its test. */
export interface AskedTest {
  readonly session: string;
  readonly software: string;
  readonly dialect?: ForeignDialect;
  readonly title?: string;
  readonly extraData?: string;
  readonly simulation?: Simulation;
  readonly socket?: SocketWishes;
}

export interface ServedStream extends StreamLink {
  /** 1 to the number of streams. */
  readonly id: number;
  /** Of this stream alone, as granted. */
  readonly test: TestPlan;
  /** As this end's owner wishes, or else the usual. */
  readonly silenceSeconds?: number | undefined;
  /** The client wants this end's report of it. */
  readonly recorded: boolean;
}

interface ServedTestOptions {
  /** Of the whole test. */
  readonly rate?: RateLimit | undefined;
  readonly onEvent: (event: TestEvent) => void;
  /** Makes what keeps the server's report for a client that asks for it. */
  readonly makeRecorder?: (() => Recorder) | undefined;
  /** `ran` is false when no stream came as far as its start. */
  readonly onEnded?: (ran: boolean) => void;
  /** Doubts over figures that are not there, where the usual ones are not what the dialect means by it. */
  readonly missing?: EndOptions['missing'];
}

export class ServedTest {
  readonly #asked: AskedTest;
  readonly #host: Host;
  readonly #stop: AbortSignal;
  readonly #options: ServedTestOptions;
  readonly #members: ServedStream[] = [];
  readonly #runs: StreamRun[] = [];
  readonly #outcomes = new Map<number, StreamOutcome>();
  #collector: Collector | undefined;
  #failure: WperfError | undefined;
  #simulation: SimulationReport | undefined;
  #running = 0;
  #cancelRate: Cancel = () => {};

  constructor(asked: AskedTest, host: Host, stop: AbortSignal, options: ServedTestOptions) {
    this.#asked = asked;
    this.#host = host;
    this.#stop = stop;
    this.#options = options;
  }

  /** The test has begun, and one of its streams has such a talk. */
  runsWith(isOwn: (talk: StreamTalk) => boolean): boolean {
    return this.#collector !== undefined && this.#members.some(({ talk }) => isOwn(talk));
  }

  /** No stream of this number is here, and those that are belong to a test of the same shape. */
  misses(id: number, { mode, direction, streams }: TestPlan): boolean {
    return this.#members.every(
      ({ id: other, test }) =>
        other !== id && test.mode === mode && test.direction === direction && test.streams === streams,
    );
  }

  /** Runs one stream, ready for its load when this returns, from its grant to its result. Rejects with WperfError. */
  async serve(stream: ServedStream): Promise<StreamOutcome> {
    this.#members.push(stream);
    this.#running += 1;
    try {
      return await this.#runStream(stream);
    } catch (error) {
      this.#failure ??= toWperfError(error);
      throw error;
    } finally {
      this.#collector?.finish(stream.id);
      this.#running -= 1;
      if (this.#running === 0) this.#end();
    }
  }

  async #runStream(stream: ServedStream): Promise<StreamOutcome> {
    const recording = this.#recordingOf(stream);
    const run = startStream({
      role: 'server',
      stream,
      test: stream.test,
      host: this.#host,
      resultSeconds: waits.closeSeconds + simulatedSeconds(this.#asked.simulation),
      stop: this.#stop,
      silenceSeconds: stream.silenceSeconds,
      onStart: () => this.#begin(),
      onInterval: (report) => {
        this.#collector?.add(stream.id, report);
        recording?.add(report);
      },
      output: recording && ((outcome) => recording.finish(outcome)),
    });
    this.#runs.push(run);
    try {
      const outcome = await run.outcome;
      this.#outcomes.set(stream.id, outcome);
      return outcome;
    } catch (error) {
      this.#outcomes.set(stream.id, await run.remains());
      throw error;
    }
  }

  #recordingOf(stream: ServedStream): ReturnType<typeof recordStream> | undefined {
    const recorder = stream.recorded ? this.#options.makeRecorder?.() : undefined;
    return recorder && recordStream(stream.id, this.#startEvent({ ...stream.test, streams: 1 }, [stream]), recorder);
  }

  /** At the first stream's start all streams of the test are here, unless a load balancer sent some elsewhere. */
  #begin(): void {
    if (this.#collector) return;
    const test = this.#total();
    this.#collector = new Collector('server', test, this.#options.onEvent, this.#columns, this.#directions);
    const start = this.#startEvent(test, this.#members);
    this.#simulation = start.simulation;
    this.#boundRate(test);
    this.#options.onEvent(start);
  }

  #boundRate({ streams, blockBytes }: TestPlan): void {
    const { rate: limit } = this.#options;
    if (!limit) return;
    const moved = ({ sentBytes, receivedBytes }: ReturnType<StreamRun['counts']>) => sentBytes + receivedBytes;
    this.#cancelRate = watchRate({
      ...{ limit, clock: this.#host.clock, slackBytes: 2 * streams * blockBytes },
      bytes: () => this.#runs.reduce((sum, run) => sum + moved(run.counts()), 0),
      onExceeded: () => {
        for (const { talk } of this.#members) talk.abort(tooFast(limit, talk.peer));
      },
    });
  }

  #startEvent(test: TestPlan, members: readonly ServedStream[]): StartEvent {
    const { session, software, dialect, title, extraData, simulation: asked, socket } = this.#asked;
    const [first] = members;
    const simulation = asked && simulationReport(asked, first?.link, { blockBytes: test.blockBytes });
    return {
      ...startOf('server', test, members, socket),
      session,
      peer: first ? peerOf(first.link.info) : { host: '' },
      peerSoftware: software,
      ...given({ dialect, simulation, title, extraData }),
    };
  }

  get #columns() {
    return this.#members[0]?.link.columns;
  }

  get #directions(): StreamDirections {
    return new Map(this.#members.map(({ id, test }) => [id, test.direction]));
  }

  /** Where each stream carries load one way, those of one way are the test's number. */
  #total(): TestPlan {
    const tests = this.#members.map((member) => member.test);
    const [first] = tests;
    if (!first) throw new Error('a test without streams');
    const alike = tests.filter(({ direction }) => direction === first.direction);
    const bytes = alike.reduce((sum, test) => sum + (test.bytes ?? 0), 0);
    const isBothWays = new Set(tests.flatMap(directionsOf)).size > 1;
    const direction = isBothWays ? 'bidir' : first.direction;
    return { ...first, direction, streams: alike.length, ...(bytes > 0 && { bytes }) };
  }

  #end(): void {
    this.#cancelRate();
    const ran = this.#collector !== undefined;
    if (ran) this.#options.onEvent(this.#lastEvent());
    this.#options.onEnded?.(ran);
  }

  #lastEvent(): TestEvent {
    const { missing } = this.#options;
    const about = { simulation: this.#simulation, missing, columns: this.#columns };
    const options = { ...given(about), directions: this.#directions };
    const end = endEventOf('server', this.#total(), this.#outcomes, options);
    const dry = this.#failure ? undefined : servedFailureOf(end, this.#members[0]?.talk.peer ?? '');
    if (dry) return { type: 'error', error: dry, partial: end };
    if (!this.#failure) return end;
    return { type: 'error', error: this.#failure, partial: { ...end, interrupted: true } };
  }
}

function tooFast({ bitsPerSecond, seconds }: RateLimit, peer: string): WperfError {
  const text = `the test has more than the ${rateText(bitsPerSecond)}bit/s that this server allows, on average over ${seconds} s`;
  return new WperfError('request-refused', text, { operation: 'test', peer, hint: 'give a lower -b/--bitrate' });
}
