/**
 * Writes load as the bodies of requests, some at a time. What the browser has read of a body counts as taken, though
 * nobody knows where it is: the result is what the server counts. Liveness: requests end with the link.
 */
import type { Cancel, Clock } from '../../../src/host/clock.js';
import type { LoadWriter } from '../../../src/transport/channel.js';
import { bodyOf } from './body.js';
import { BodySize } from './body-size.js';

interface UploadsOptions {
  readonly url: string;
  /** At a time. */
  readonly most: number;
  readonly mostBytes: number;
  readonly clock: Clock;
  /** Requests fail, and smaller ones too. */
  readonly onLost: (text: string) => void;
}

/** What is written and makes no whole body is sent after so long. */
const GATHER_SECONDS = 0.05;
const FAILURES = 8;

export class Uploads implements LoadWriter {
  readonly blockBytes: number;
  readonly maxBytes: number;
  readonly #options: UploadsOptions;
  readonly #size: BodySize;
  readonly #out = new Map<XMLHttpRequest, number>();
  #gathered = 0;
  #arrivedBytes = 0;
  #failures = 0;
  #taken: (() => void) | undefined;
  #cancelGather: Cancel | undefined;

  constructor(options: UploadsOptions, blockBytes: number, maxBytes: number) {
    this.blockBytes = blockBytes;
    this.maxBytes = Math.max(1, Math.floor(maxBytes / blockBytes)) * blockBytes;
    this.#options = options;
    this.#size = new BodySize(options.mostBytes);
    bodyOf(options.mostBytes);
  }

  get takenBytes(): number {
    return [...this.#out.values()].reduce((sum, bytes) => sum + bytes, this.#arrivedBytes);
  }

  limitUnsent(): void {}

  write(bytes: number, taken: () => void): void {
    this.#gathered += bytes;
    this.#taken = taken;
    this.#goOn();
  }

  drop(): void {
    this.#cancelGather?.();
    this.#taken = undefined;
    this.#gathered = 0;
    for (const request of this.#out.keys()) request.abort();
    this.#out.clear();
  }

  #goOn(): void {
    const { most, clock } = this.#options;
    while (this.#gathered >= this.#size.bytes && this.#out.size < most) this.#send(this.#size.bytes);
    if (this.#gathered < this.#size.bytes) this.#tellTaken();
    if (this.#gathered > 0 && this.#out.size < most)
      this.#cancelGather ??= clock.at(clock.now() + GATHER_SECONDS, () =>
        this.#send(Math.min(this.#gathered, this.#size.bytes)),
      );
  }

  #tellTaken(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  #send(bytes: number): void {
    this.#cancelGather?.();
    this.#cancelGather = undefined;
    if (bytes === 0) return;
    const request = new XMLHttpRequest();
    const beganAt = performance.now();
    this.#gathered -= bytes;
    this.#out.set(request, 0);
    request.upload.onprogress = ({ loaded }) => {
      if (this.#out.has(request)) this.#out.set(request, Math.min(loaded, bytes));
    };
    request.onloadend = () => {
      if (!this.#out.delete(request)) return;
      this.#ended(request, bytes, (performance.now() - beganAt) / 1000);
      this.#goOn();
    };
    request.open('POST', this.#options.url);
    request.send(bodyOf(bytes));
  }

  /** One that was cut short or refused has not arrived, whatever the browser made of it. */
  #ended(request: XMLHttpRequest, bytes: number, seconds: number): void {
    const answer = request.status === 200 ? answerOf(request.responseText) : undefined;
    if (answer?.bytes === bytes) {
      this.#failures = 0;
      this.#arrivedBytes += bytes;
      this.#size.arrived(bytes, seconds);
      return;
    }
    this.#failures += 1;
    const canShrink = this.#size.wasTooLarge(bytes);
    if (canShrink && this.#failures < FAILURES) return;
    const why = request.status === 0 ? 'were cut off' : `were answered with ${request.status}`;
    this.#options.onLost(`requests with load ${why}`);
  }
}

function answerOf(text: string): { readonly bytes: number } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
