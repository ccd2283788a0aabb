/**
 * Load on a simulated path. What is written counts as sent at once; some messages are lost then, the others go through
 * the delay line to the writer under it. Stamps are those of the moment of writing, so that the delay shows. Liveness:
 * the line sends on when the writer under it has taken what came before; until then the sender waits.
 */
import { bounds } from '../../defaults/index.js';
import type { Clock } from '../../host/clock.js';
import { HEAD_BYTES, type LoadWriter, type LossCounts, type Stamp } from '../channel.js';
import type { DelayLine } from './delay-line.js';
import type { Window } from './window.js';

/** Half is a batch's at most, so that a batch more does not go beyond the bound. */
const MOST_MESSAGES = bounds.delayedMessages / 2;

interface SimulatedWriterOptions {
  readonly blockBytes: number;
  readonly maxBytes: number;
  readonly stamp: Stamp | undefined;
  /** Makes the writer under this one. */
  readonly makeInner: (maxBytes: number, stamp: Stamp | undefined) => LoadWriter;
  readonly line: DelayLine;
  readonly window: Window;
  readonly clock: Clock;
  /** Asked for each message. */
  readonly isLost: () => boolean;
  /** Messages may overtake each other. */
  readonly mayOvertake: boolean;
}

/** Messages that leave together. */
interface Run {
  readonly messages: number;
  readonly bytes: number;
  /** Of each message, one after another; empty without stamps. */
  readonly heads: Uint8Array;
}

export class SimulatedWriter implements LoadWriter {
  readonly #options: SimulatedWriterOptions;
  readonly #inner: LoadWriter;
  readonly #head = new Uint8Array(HEAD_BYTES);
  #takenBytes = 0;
  #messages = 0;
  #dropped = 0;
  #messagesUnderWay = 0;
  #bytesUnderWay = 0;
  /** The run that the writer under this one has not taken yet, and how many of its heads are written. */
  #inFlight: Run | undefined;
  #headsWritten = 0;
  /** Whom to tell that there is room again. */
  #onRoom: (() => void) | undefined;

  constructor(options: SimulatedWriterOptions) {
    const { blockBytes, stamp, makeInner } = options;
    this.#options = options;
    const maxBytes = Math.min(options.maxBytes, MOST_MESSAGES * blockBytes);
    this.#inner = makeInner(maxBytes, stamp && ((head) => this.#replayHead(head)));
  }

  get blockBytes(): number {
    return this.#inner.blockBytes;
  }

  get maxBytes(): number {
    return this.#inner.maxBytes;
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  get counts(): LossCounts {
    return { messages: this.#messages, dropped: this.#dropped };
  }

  limitUnsent(bytes: number): void {
    this.#inner.limitUnsent(bytes);
  }

  write(bytes: number, taken: () => void): void {
    if (this.#onRoom) throw new Error('a batch is still in flight');
    this.#takenBytes += bytes;
    const kept = this.#keep(bytes);
    for (const run of this.#options.mayOvertake ? kept : together(kept)) this.#sendOn(run);
    this.#onRoom = taken;
    this.#tellRoom();
  }

  /** The messages that are not lost: their sizes, with their heads. */
  #keep(bytes: number): Run[] {
    const { blockBytes, stamp, isLost } = this.#options;
    const kept: Run[] = [];
    for (let left = bytes; left > 0; left -= blockBytes) {
      stamp?.(this.#head);
      this.#messages += 1;
      if (isLost()) this.#dropped += 1;
      else kept.push({ messages: 1, bytes: Math.min(left, blockBytes), heads: stamp ? this.#head.slice() : NONE });
    }
    return kept;
  }

  #sendOn(run: Run): void {
    this.#messagesUnderWay += run.messages;
    this.#bytesUnderWay += run.bytes;
    this.#options.line.push(() => this.#release(run), this.#options.mayOvertake);
  }

  #release(run: Run): boolean {
    if (this.#inFlight) return false;
    this.#inFlight = run;
    this.#headsWritten = 0;
    const givenAt = this.#options.clock.now();
    this.#inner.write(run.bytes, () => this.#taken(run, givenAt));
    return true;
  }

  #taken(run: Run, givenAt: number): void {
    const { line, window, clock } = this.#options;
    this.#inFlight = undefined;
    this.#messagesUnderWay -= run.messages;
    this.#bytesUnderWay -= run.bytes;
    window.took(run.bytes, givenAt, clock.now());
    line.resume();
    this.#tellRoom();
  }

  #tellRoom(): void {
    const taken = this.#onRoom;
    if (!taken || this.#messagesUnderWay > MOST_MESSAGES || this.#bytesUnderWay > this.#options.window.bytes) return;
    this.#onRoom = undefined;
    taken();
  }

  #replayHead(head: Uint8Array): void {
    const at = HEAD_BYTES * this.#headsWritten++;
    head.set(this.#inFlight?.heads.subarray(at, at + head.length) ?? []);
  }
}

const NONE = new Uint8Array();

function together(kept: readonly Run[]): readonly Run[] {
  if (kept.length < 2) return kept;
  const bytes = kept.reduce((sum, run) => sum + run.bytes, 0);
  return [{ messages: kept.length, bytes, heads: joined(kept.map((run) => run.heads)) }];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
