/**
 * A test that runs, as its two ends move it on: the end, the exchange of results, and whatever ends it before. All
 * streams share it. Liveness: from the end of the test on each wait is bounded; before that the streams' own ends are, and
 * a server that is gone is told by the kernel, which asks after it on a connection that is silent.
 */
import type { Socket } from 'node:net';
import { iperf3, waits } from '../../../defaults/index.js';
import { ofPeer, toWperfError, WperfError } from '../../../errors.js';
import { type Cancel, type Clock, within } from '../../../host/clock.js';
import { deferred } from '../../../host/deferred.js';
import { FOREVER_SECONDS, type FrameReader, jsonFrame, keepAlive, stateFrame } from '../wire/framing.js';
import { type Results, readResults, resultBounds, writeResults } from '../wire/results.js';
import { states } from '../wire/states.js';
import { refusalOf } from './opening.js';

interface SessionOptions {
  readonly control: Socket;
  readonly reader: FrameReader;
  readonly clock: Clock;
  /** For errors, `host:port`. */
  readonly peer: string;
  /** Of the streams, as both ends count. */
  readonly ids: readonly number[];
  readonly listener: SessionListener;
}

/** Told of what becomes of the test. */
export interface SessionListener {
  onResults(results: Results): void;
  /** The server was stopped. */
  onStopped(): void;
  onFailed(error: WperfError): void;
}

/** The wait for the server's results. */
interface Ending {
  readonly seconds: number;
  /** What it means that they do not come; `isHeard` is true of a server that has answered the end of the test. */
  readonly late: (error: WperfError, isHeard: boolean) => WperfError;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #displayed = deferred();
  #ending: Results | undefined;
  #awaited = 'its word that it waits for the results';
  /** The server has answered the end of the test. */
  #isHeard = false;
  #cancelEnd: Cancel = () => {};
  #failure: WperfError | undefined;
  #hasResults = false;
  #over = false;
  #closing: Promise<void> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Why there are no results of the server's. */
  get failure(): WperfError | undefined {
    return this.#failure;
  }

  /** Listens from now on. */
  begin(): void {
    void this.#listen();
  }

  watch(silenceSeconds: number): void {
    keepAlive(this.#options.control, silenceSeconds);
  }

  /** The test is over: these are this end's results. */
  end(results: Results, { seconds, late }: Ending): void {
    if (this.#over || this.#ending) return;
    const { clock, control, peer } = this.#options;
    this.#ending = results;
    this.#cancelEnd = clock.at(clock.now() + seconds, () => {
      const text = `${peer} did not send ${this.#awaited} within ${seconds} s`;
      this.fail(late(new WperfError('peer-lost', text, { operation: 'test', peer }), this.#isHeard));
    });
    control.write(stateFrame(states.testEnd));
  }

  /** This end wants no more, and no results either. */
  terminate(): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelEnd();
    this.#options.control.write(stateFrame(states.clientTerminate));
  }

  fail(error: WperfError): void {
    if (this.#over || this.#hasResults) return;
    this.#over = true;
    this.#failure = error;
    this.#cancelEnd();
    this.#options.reader.fail(error);
    this.#options.listener.onFailed(error);
  }

  /** A connection for load is gone: the server may have said why on this one. */
  lost(error: WperfError): void {
    const { clock } = this.#options;
    if (this.#over || this.#ending) return;
    clock.at(clock.now() + iperf3.reasonSeconds, () => {
      if (!this.#ending) this.fail(error);
    });
  }

  /** Says goodbye once the server has had all. Never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { control, clock } = this.#options;
    const displayed = this.#over ? Promise.resolve() : this.#displayed.promise;
    await this.#within(iperf3.partingSeconds, displayed);
    if (this.#hasResults && control.writable) control.write(stateFrame(states.iperfDone));
    this.#over = true;
    this.#cancelEnd();
    const closed = new Promise<void>((resolve) => control.once('close', () => resolve()));
    if (control.destroyed) return;
    control.end();
    // What still comes is nothing to wait for.
    control.resume();
    await this.#within(waits.partingSeconds, closed);
    if (!control.destroyed) control.destroySoon();
    clock.turn(() => control.destroy());
  }

  #within(seconds: number, promise: Promise<void>): Promise<void> {
    return within(this.#options.clock, seconds, promise, () => new Error('too late')).catch(() => {});
  }

  async #listen(): Promise<void> {
    const { reader } = this.#options;
    try {
      while (!this.#over) await this.#hear(await reader.readState(FOREVER_SECONDS));
    } catch (thrown) {
      this.#displayed.resolve();
      this.fail(during(ofPeer(toWperfError(thrown), this.#options.peer)));
    }
  }

  async #hear(state: number): Promise<void> {
    if (this.#over) return;
    const { reader, control, peer } = this.#options;
    if (state === states.exchangeResults && this.#ending && !this.#hasResults) {
      this.#awaited = 'its results';
      this.#isHeard = true;
      control.write(jsonFrame(writeResults(this.#ending)));
      await this.#hearResults();
    } else if (state === states.displayResults && this.#hasResults) this.#displayed.resolve();
    else if (state === states.serverTerminate && !this.#hasResults) this.#stopped();
    else throw await refusalOf(state, reader, peer, this.#ending ? 'exchangeResults' : 'nothing');
  }

  /** In their place may stand that the server has failed, or was stopped: no length that is allowed begins so. */
  async #hearResults(): Promise<void> {
    const { reader, ids } = this.#options;
    const first = await reader.readState(FOREVER_SECONDS);
    if (first === states.serverError || first === states.serverTerminate) return this.#hear(first);
    const json = await reader.readJson(resultBounds.bytes, FOREVER_SECONDS, 'results', first);
    this.#take(readResults(json, ids));
  }

  #take(results: Results): void {
    if (this.#over) return;
    this.#hasResults = true;
    this.#cancelEnd();
    this.#options.listener.onResults(results);
  }

  #stopped(): void {
    this.#over = true;
    this.#cancelEnd();
    this.#displayed.resolve();
    this.#options.listener.onStopped();
  }
}

/** A connection that closes while a test runs. */
function during(error: WperfError): WperfError {
  if (error.operation !== 'handshake') return error;
  const { code, message, peer = '', hint, cause } = error;
  return new WperfError(code, message, { operation: 'test', peer, hint, cause });
}
