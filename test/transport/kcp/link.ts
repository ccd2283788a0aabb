/** Two ends of a conversation over a simulated path, in simulated time: loss, delay and duplicates come from a seed. */
import { Kcp } from '../../../src/transport/kcp/core.js';
import type { KcpSettings } from '../../../src/transport/kcp/settings.js';
import { seededRandom } from '../../../src/transport/simulated/random.js';

export const settings: KcpSettings = {
  conv: 0xfedcba98,
  mtu: 1400,
  sendWindow: 256,
  receiveWindow: 256,
  intervalMs: 10,
  resend: 2,
  noDelay: true,
  congestion: false,
};

export interface Path {
  readonly seed?: string;
  readonly lossPercent?: number;
  readonly duplicatePercent?: number;
  readonly delayMs?: number;
  /** Added to the delay of each datagram, by chance from 0 to this: they overtake each other. */
  readonly jitterMs?: number;
  readonly startMs?: number;
}

interface Arrival {
  readonly dueMs: number;
  readonly to: Kcp;
  readonly datagram: Buffer;
}

/** More than any test of this folder takes: a link on which time stands still must not hang it. */
const MAX_STEPS = 5_000_000;

export class Link {
  readonly a: Kcp;
  readonly b: Kcp;
  nowMs: number;
  /** Takes a datagram away from the path, whatever its chances. */
  drops: (datagram: Buffer, from: Kcp) => boolean = () => false;
  readonly #path: Path;
  readonly #random: () => number;
  #arrivals: Arrival[] = [];

  constructor(path: Path, ofA: Partial<KcpSettings> = {}, ofB: Partial<KcpSettings> = ofA) {
    this.#path = path;
    this.#random = seededRandom(path.seed ?? 'link');
    this.nowMs = path.startMs ?? 1000;
    this.a = new Kcp({ ...settings, ...ofA }, (datagram) => this.#carry(datagram, this.a, this.b));
    this.b = new Kcp({ ...settings, ...ofB }, (datagram) => this.#carry(datagram, this.b, this.a));
  }

  /** Runs `turn` after everything that happens, until it says that all is done, or fails after `seconds`. */
  run(seconds: number, turn: () => boolean): void {
    const endMs = this.nowMs + seconds * 1000;
    for (let step = 0; !turn(); step++) {
      if (!this.#step(endMs) || step > MAX_STEPS) throw new Error(`not done after ${seconds} s of the link`);
    }
  }

  /** Lets so much time pass. */
  pass(seconds: number): void {
    const endMs = this.nowMs + seconds * 1000;
    while (this.#step(endMs));
    this.nowMs = endMs;
  }

  #step(endMs: number): boolean {
    const [a, b] = [this.a.nextUpdate(), this.b.nextUpdate()];
    const arrival = this.#arrivals[0];
    const next = Math.min(a, b, arrival?.dueMs ?? Number.POSITIVE_INFINITY);
    if (next > endMs) return false;
    this.nowMs = Math.max(this.nowMs, next);
    if (arrival && arrival.dueMs <= this.nowMs) {
      this.#arrivals.shift();
      arrival.to.input(arrival.datagram, this.nowMs);
    } else if (a <= b) this.a.update(this.nowMs);
    else this.b.update(this.nowMs);
    return true;
  }

  #carry(datagram: Buffer, from: Kcp, to: Kcp): void {
    const { lossPercent = 0, duplicatePercent = 0 } = this.#path;
    if (this.drops(datagram, from) || this.#random() * 100 < lossPercent) return;
    this.#arrive(datagram, to);
    if (this.#random() * 100 < duplicatePercent) this.#arrive(datagram, to);
  }

  #arrive(datagram: Buffer, to: Kcp): void {
    const { delayMs = 0, jitterMs = 0 } = this.#path;
    const dueMs = this.nowMs + delayMs + this.#random() * jitterMs;
    const arrival = { dueMs, to, datagram: Buffer.from(datagram) };
    let index = this.#arrivals.length;
    while (index > 0 && (this.#arrivals[index - 1]?.dueMs ?? 0) > dueMs) index -= 1;
    this.#arrivals.splice(index, 0, arrival);
  }
}

/** Counts what is read of a pattern, and whether it is the pattern. */
export class PatternReader {
  bytes = 0;
  isSound = true;

  add(chunk: Buffer): void {
    this.isSound &&= chunk.equals(pattern(this.bytes, chunk.length));
    this.bytes += chunk.length;
  }
}

const PERIOD = 251;
const MOST_BYTES = 64 * 1024;
const repeated = Buffer.from(Array.from({ length: PERIOD + MOST_BYTES }, (_, i) => i % PERIOD));

/** Of a stream of bytes that count 0 to 250 over and over, those from `at` on; 64 KiB at most. */
export function pattern(at: number, bytes: number): Buffer {
  const from = at % PERIOD;
  return repeated.subarray(from, from + bytes);
}

/** Brings so many bytes from one end to the other: it fails when they do not arrive in time, in order and unharmed. */
export function transfer(link: Link, from: Kcp, to: Kcp, bytes: number, seconds = 60): number {
  const reader = new PatternReader();
  const begunMs = link.nowMs;
  let sent = 0;
  link.run(seconds, () => {
    for (let chunk = to.read(); chunk; chunk = to.read()) reader.add(chunk);
    const room = sent < bytes && from.waiting < settings.sendWindow;
    if (room) {
      const chunk = pattern(sent, Math.min(5000, bytes - sent));
      from.send(chunk);
      from.flush(link.nowMs);
      sent += chunk.length;
    }
    return !room && reader.bytes >= bytes && from.waiting === 0;
  });
  if (!reader.isSound || reader.bytes !== bytes) throw new Error(`${reader.bytes} bytes, sound: ${reader.isSound}`);
  return link.nowMs - begunMs;
}
