/** One client's test at the server: the streams of one session that reached this process. */
import { waits } from '../../defaults/index.js';
import type { Conversation } from '../../dialects/native/conversation.js';
import { toWperfError, type WperfError } from '../../errors.js';
import type { Recorder } from '../../events/recorder.js';
import type { SimulationReport, StartEvent, TestEvent } from '../../events/test.js';
import type { Clock } from '../../host/clock.js';
import type { TestPlan } from '../../plan/plan.js';
import type { Hello } from '../../protocol/messages.js';
import { peerOf } from '../../transport/channel.js';
import { simulatedSeconds, simulationReport } from '../simulation.js';
import { Collector } from './collector.js';
import { endEventOf } from './end.js';
import type { StreamOutcome } from './figures.js';
import { Recording } from './recording.js';
import { startStream } from './stream.js';

export interface ServerTestListener {
  readonly onEvent: (event: TestEvent) => void;
  /** Makes what keeps the server's report for a client that asks for it. */
  readonly makeRecorder?: (() => Recorder) | undefined;
  /** `ran` is false when no stream came as far as its start. */
  readonly onEnded: (ran: boolean) => void;
}

interface Member {
  readonly id: number;
  readonly test: TestPlan;
}

export class ServerTest {
  readonly #hello: Hello;
  readonly #clock: Clock;
  readonly #stop: AbortSignal;
  readonly #listener: ServerTestListener;
  readonly #members = new Map<Conversation, Member>();
  readonly #outcomes = new Map<number, StreamOutcome>();
  #collector: Collector | undefined;
  #failure: WperfError | undefined;
  #simulation: SimulationReport | undefined;
  #running = 0;

  constructor(hello: Hello, clock: Clock, stop: AbortSignal, listener: ServerTestListener) {
    this.#hello = hello;
    this.#clock = clock;
    this.#stop = stop;
    this.#listener = listener;
  }

  has(conversation: Conversation): boolean {
    return this.#members.has(conversation) && this.#collector !== undefined;
  }

  /** Runs one stream from its grant to its close. */
  async serve(conversation: Conversation, hello: Hello, test: TestPlan): Promise<void> {
    this.#members.set(conversation, { id: hello.stream, test });
    this.#running += 1;
    try {
      await this.#runStream(conversation, hello, test);
    } catch (error) {
      this.#failure ??= toWperfError(error);
      throw error;
    } finally {
      this.#collector?.finish(hello.stream);
      this.#running -= 1;
      if (this.#running === 0) this.#end();
    }
  }

  async #runStream(conversation: Conversation, hello: Hello, test: TestPlan): Promise<void> {
    const recording = this.#recordingOf(conversation, hello, test);
    const run = startStream({
      role: 'server',
      conversation,
      test,
      clock: this.#clock,
      resultSeconds: waits.closeSeconds + simulatedSeconds(hello.sim),
      stop: this.#stop,
      onStart: () => this.#begin(),
      onInterval: (report) => {
        this.#collector?.add(hello.stream, report);
        recording?.add(report);
      },
      output: recording && ((outcome) => recording.finish(outcome)),
    });
    try {
      this.#outcomes.set(hello.stream, await run.outcome);
    } catch (error) {
      this.#outcomes.set(hello.stream, await run.remains());
      throw error;
    }
  }

  #recordingOf(conversation: Conversation, hello: Hello, test: TestPlan): Recording | undefined {
    const recorder = hello.serverOutput ? this.#listener.makeRecorder?.() : undefined;
    const alone = new Map([[conversation, { id: hello.stream, test }]]);
    return recorder && new Recording(hello.stream, this.#startEvent({ ...test, streams: 1 }, alone), recorder);
  }

  /** At the first stream's start all streams of the test are here, unless a load balancer sent some elsewhere. */
  #begin(): void {
    if (this.#collector) return;
    const test = this.#total();
    this.#collector = new Collector('server', test, this.#listener.onEvent);
    const start = this.#startEvent(test, this.#members);
    this.#simulation = start.simulation;
    this.#listener.onEvent(start);
  }

  #startEvent(test: TestPlan, members: ReadonlyMap<Conversation, Member>): StartEvent {
    const { session, software, title, extraData, sim } = this.#hello;
    const streams = [...members].map(([{ channel }, { id }]) => ({ id, ...addressesOf(channel.info) }));
    const [first] = members.keys();
    const simulation = sim && simulationReport(sim, first?.channel, { blockBytes: test.blockBytes });
    return {
      type: 'start',
      role: 'server',
      session,
      wallMs: Date.now(),
      peer: first ? peerOf(first.channel.info) : { host: '' },
      peerSoftware: software,
      test,
      streams: streams.sort((a, b) => a.id - b.id),
      secure: first?.channel.info.secure ?? false,
      ...(simulation && { simulation }),
      ...(title !== undefined && { title }),
      ...(extraData !== undefined && { extraData }),
    };
  }

  #total(): TestPlan {
    const tests = [...this.#members.values()].map((member) => member.test);
    const bytes = tests.reduce((sum, test) => sum + (test.bytes ?? 0), 0);
    const [first] = tests;
    if (!first) throw new Error('a test without streams');
    return { ...first, streams: tests.length, ...(bytes > 0 && { bytes }) };
  }

  #end(): void {
    const ran = this.#collector !== undefined;
    if (ran) this.#listener.onEvent(this.#lastEvent());
    this.#listener.onEnded(ran);
  }

  #lastEvent(): TestEvent {
    const end = endEventOf('server', this.#total(), this.#outcomes, this.#simulation);
    if (!this.#failure) return end;
    return { type: 'error', error: this.#failure, partial: { ...end, interrupted: true } };
  }
}

function addressesOf(info: Conversation['channel']['info']) {
  const { localHost, localPort, remoteHost, remotePort } = info;
  return { localHost, localPort, remoteHost, remotePort };
}
