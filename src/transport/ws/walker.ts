/**
 * The receiving half of the fast lane: walks the frame headers of an incoming byte stream (RFC 6455, section 5.2),
 * counts the payload of binary messages without unmasking, copying or assembling it (or, where messages are packets,
 * keeps the first bytes of each), and hands every other frame on untouched. A frame that is wrong in itself is handed on
 * too, with all that follows, so that one judge refuses bad frames; a frame out of its place among fragments is refused
 * here, since nobody else saw the fragments.
 */
import { MessageHead } from './message-head.js';

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const FIN = 0x80;
const RESERVED = 0x70;
const MASKED = 0x80;
/** Of any frame. */
export const MAX_HEADER_BYTES = 14;
/** The payload of a smaller frame is looked through sooner than two system calls are made for it. */
const WORTH_DROPPING_BYTES = 16 * 1024;

export interface WalkerOptions {
  /** True at a server, whose peer must mask (section 5.1). */
  readonly expectMasked: boolean;
  readonly maxPayloadBytes: number;
  /** Payload bytes of a binary message. */
  readonly counted: (bytes: number) => void;
  /** Asked when a binary message begins; true keeps its head for `gathered`, instead of counting. */
  readonly gathers?: () => boolean;
  /** A whole binary message: its first bytes, the walker's only until it returns, and its size. */
  readonly gathered?: (head: Buffer, bytes: number) => void;
  /** Everything else, in order; the bytes are the walker's only until it returns. */
  readonly passed: (chunk: Buffer) => void;
  /** A frame out of place; nothing is counted or passed after it. */
  readonly refused: (reason: string) => void;
}

export class FrameWalker {
  readonly #options: WalkerOptions;
  readonly #header = Buffer.alloc(MAX_HEADER_BYTES);
  #headerHas = 0;
  #payloadLeft = 0;
  #lastFrameBytes = 0;
  #counting = false;
  #gathering = false;
  readonly #head = new MessageHead();
  /** What a continuation frame would continue. */
  #message: typeof TEXT | typeof BINARY | undefined;
  #surrendered = false;
  #refused = false;

  constructor(options: WalkerOptions) {
    this.#options = options;
  }

  /** What is left of the frame that has begun; between frames, the size of the last; 0 when there was none. */
  get frameBytes(): number {
    return this.#payloadLeft || (this.#headerHas === 0 ? this.#lastFrameBytes : 0);
  }

  /** Payload of the frame that has begun, where it is only counted; 0 between such frames, and undefined elsewhere. */
  get droppable(): number | undefined {
    const counts = this.#counting && !this.#gathering && !this.#refused && !this.#surrendered;
    return counts && this.#lastFrameBytes >= WORTH_DROPPING_BYTES ? this.#payloadLeft : undefined;
  }

  /** So much of it came without being seen. */
  dropped(bytes: number): void {
    this.#payloadLeft -= bytes;
    this.#options.counted(bytes);
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.#refused) {
      if (this.#surrendered) {
        this.#options.passed(at === 0 ? chunk : chunk.subarray(at));
        return;
      }
      at = this.#payloadLeft > 0 ? this.#walkPayload(chunk, at) : this.#walkHeader(chunk, at);
    }
  }

  #walkPayload(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#payloadLeft);
    this.#payloadLeft -= end - at;
    if (!this.#counting) this.#options.passed(chunk.subarray(at, end));
    else if (!this.#gathering) this.#options.counted(end - at);
    else {
      this.#head.add(chunk, at, end);
      if (this.#payloadLeft === 0) this.#endFrame();
    }
    return end;
  }

  #walkHeader(chunk: Buffer, at: number): number {
    const header = this.#header;
    let i = at;
    let wanted = this.#headerHas < 2 ? 2 : headerLength(header);
    while (this.#headerHas < wanted && i < chunk.length) {
      header[this.#headerHas++] = chunk[i++] ?? 0;
      if (this.#headerHas === 2) wanted = headerLength(header);
    }
    if (this.#headerHas === wanted) this.#beginFrame(wanted);
    return i;
  }

  #beginFrame(length: number): void {
    const first = this.#header[0] ?? 0;
    const opcode = first & 0x0f;
    this.#headerHas = 0;
    this.#payloadLeft = payloadLength(this.#header);
    this.#lastFrameBytes = length + this.#payloadLeft;
    if (!this.#isInPlace(opcode)) {
      this.#refused = true;
      this.#options.refused('a message began or went on out of turn');
      return;
    }
    if (!this.#isSound(first)) this.#surrendered = true;
    const load = opcode === BINARY || (opcode === CONTINUATION && this.#message === BINARY);
    this.#counting = load && !this.#surrendered;
    if (opcode <= BINARY) this.#message = first & FIN ? undefined : load ? BINARY : TEXT;
    if (!this.#counting) this.#options.passed(this.#header.subarray(0, length));
    else this.#beginLoad(opcode, length);
  }

  #beginLoad(opcode: number, length: number): void {
    if (opcode === BINARY) {
      this.#gathering = this.#options.gathers?.() ?? false;
      this.#head.beginMessage();
    }
    if (!this.#gathering) return;
    this.#head.beginFrame(this.#options.expectMasked ? this.#header.readUInt32BE(length - 4) : 0);
    if (this.#payloadLeft === 0) this.#endFrame();
  }

  #endFrame(): void {
    if (this.#message === undefined) this.#options.gathered?.(this.#head.first, this.#head.messageBytes);
  }

  #isSound(first: number): boolean {
    const masked = ((this.#header[1] ?? 0) & MASKED) !== 0;
    const { expectMasked, maxPayloadBytes } = this.#options;
    return (first & RESERVED) === 0 && masked === expectMasked && this.#payloadLeft <= maxPayloadBytes;
  }

  /** A continuation continues something, and nothing else begins meanwhile; control frames may come in between. */
  #isInPlace(opcode: number): boolean {
    return opcode > BINARY || (opcode === CONTINUATION) === (this.#message !== undefined);
  }
}

function headerLength(header: Buffer): number {
  const second = header[1] ?? 0;
  const length = second & 0x7f;
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (second & MASKED ? 4 : 0);
}

function payloadLength(header: Buffer): number {
  const length = (header[1] ?? 0) & 0x7f;
  if (length < 126) return length;
  return length === 126 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2));
}
