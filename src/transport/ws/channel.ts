/**
 * A channel over one WebSocket. `ws` keeps the handshake, control frames, text and closing; load takes the fast lane
 * on the socket under it: ready-made frames out, walked headers in. Without the lane the same load goes through `ws`.
 */
import { randomBytes } from 'node:crypto';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { bounds } from '../../defaults/index.js';
import { OpenPings } from '../../measure/latency/open-pings.js';
import type { LoadReader } from '../../measure/tcp.js';
import {
  type Channel,
  type ChannelInfo,
  type Closed,
  HEAD_BYTES,
  type KernelView,
  type LoadSink,
  type LoadWriter,
  type PacketListener,
  type Stamp,
  tooManyPings,
} from '../channel.js';
import { MessageWriter } from '../load/message-writer.js';
import { kernelViewOf } from '../socket/kernel-view.js';
import { LaneReader } from './lane-reader.js';
import { laneWriter } from './lane-writer.js';

/** Close codes of RFC 6455, section 7.4.1. */
const closeCodes = { done: 1000, protocol: 1002, policy: 1008 } as const;
const ABNORMAL = 1006;
/** The longest reason that fits a close frame (RFC 6455, section 5.5). */
const REASON_BYTES = 123;

/** Random, so that no peer can answer a ping before it came. */
const PING_BYTES = 8;

interface WsChannelOptions {
  /** The stream that `ws` reads and writes: a TCP or TLS socket, or in tests a pair of streams. */
  readonly socket: Duplex;
  /** The TCP socket at the bottom, to reset; `socket` itself where there is no TLS. */
  readonly tcp?: Duplex | undefined;
  /** True at the client, which must mask what it sends. */
  readonly isClient: boolean;
  readonly info: ChannelInfo;
  /** False sends and counts load with plain `ws` calls. */
  readonly lane?: boolean | undefined;
}

export class WsChannel implements Channel {
  readonly transport = 'websocket';
  readonly info: ChannelInfo;
  #onText: Channel['onText'] | undefined;
  #onClose: ((closed: Closed) => void) | undefined;
  /** What came before anybody listened: a server may speak right behind its answer. */
  readonly #unheard: string[] = [];
  #closed: Closed | undefined;
  onViolation: (text: string) => void = (text) => this.close('protocol', text, 1);
  sink: LoadSink | undefined;
  onPing: (answer: () => void) => void = (answer) => answer();
  pingsAnswered = 0;
  readonly #ws: WebSocket;
  readonly #options: WsChannelOptions;
  /** Undefined where `ws` reads by itself. */
  readonly #lane: LaneReader | undefined;
  #plainBytesRead = 0;
  #packets: PacketListener | undefined;
  #violation: Closed | undefined;
  #failure = '';
  /** By payload. */
  readonly #pings = new OpenPings<string>(bounds.pingsInFlight);
  /** Answers that the system has not taken yet. */
  #pongsQueued = 0;

  /** `ws` must leave answering pings to its channel (`autoPong: false`). */
  constructor(ws: WebSocket, options: WsChannelOptions) {
    this.#ws = ws;
    this.#options = options;
    this.info = options.info;
    this.#lane = options.lane === false ? undefined : this.#takeLane();
    if (!this.#lane) {
      options.socket.on('data', (chunk: Buffer) => {
        this.#plainBytesRead += chunk.length;
      });
    }
    ws.on('message', (data, isBinary) => this.#onMessage(data, isBinary));
    ws.on('error', (error) => this.#onError(error));
    ws.on('ping', (payload) => this.onPing(() => this.#pong(payload)));
    ws.on('pong', (payload) => this.#onPong(payload));
    ws.on('close', (code, reason) => {
      this.#pings.loseAll();
      this.#closed = this.#violation ?? closedBy(code, code === ABNORMAL ? this.#failure : reason.toString());
      this.onClose(this.#closed);
    });
  }

  get onText(): Channel['onText'] {
    return this.#onText ?? ((text) => this.#keep(text));
  }

  set onText(listener: Channel['onText']) {
    this.#onText = listener;
    for (const text of this.#unheard.splice(0)) listener(text);
  }

  get onClose(): (closed: Closed) => void {
    return this.#onClose ?? (() => {});
  }

  set onClose(listener: (closed: Closed) => void) {
    const unheard = this.#onClose === undefined ? this.#closed : undefined;
    this.#onClose = listener;
    if (unheard) queueMicrotask(() => listener(unheard));
  }

  get bytesRead(): number {
    return this.#lane?.bytesRead ?? this.#plainBytesRead;
  }

  get packets(): PacketListener | undefined {
    return this.#packets;
  }

  set packets(listener: PacketListener | undefined) {
    this.#packets = listener;
    this.tellArrivals();
  }

  get kernel(): KernelView {
    return kernelViewOf(this.#options.socket, this.info);
  }

  send(text: string): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.send(text);
  }

  get queuedBytes(): number {
    return this.#ws.bufferedAmount;
  }

  loadWriter(blockBytes: number, maxBytes: number, stamp?: Stamp): LoadWriter {
    return this.#lane
      ? laneWriter(this.#options.socket, this.#options.isClient, blockBytes, maxBytes, stamp)
      : new MessageWriter((message, done) => this.#ws.send(message, done), blockBytes, maxBytes, stamp);
  }

  get reader(): LoadReader {
    return this.#lane?.reader ?? 'process';
  }

  copyLoad(): void {
    this.#lane?.copyLoad();
  }

  tellArrivals(): void {
    this.#lane?.tellArrivals();
  }

  ping(written?: () => void): Promise<number> {
    if (this.#ws.readyState !== this.#ws.OPEN) return Promise.reject(new Error('the connection closed'));
    const payload = randomBytes(PING_BYTES);
    const key = payload.toString('hex');
    const sentMs = performance.now();
    this.#ws.ping(payload, undefined, written);
    return this.#pings.add(key, sentMs);
  }

  close(reason: keyof typeof closeCodes, text: string, withinSeconds: number): Promise<void> {
    if (this.#ws.readyState === this.#ws.CLOSED) return Promise.resolve();
    this.#ws.close(closeCodes[reason], Buffer.from(text).subarray(0, REASON_BYTES));
    const timer = setTimeout(() => this.drop(), withinSeconds * 1000);
    return new Promise((resolve) => {
      this.#ws.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  drop(): void {
    const tcp = this.#options.tcp ?? this.#options.socket;
    // A socket that is already saying goodbye cannot be reset: the system refuses, and Node would leave it open.
    const resettable = tcp instanceof Socket && tcp.constructor === Socket && !tcp.destroyed && !tcp.writableEnded;
    if (resettable) tcp.resetAndDestroy();
    this.#ws.terminate();
  }

  #takeLane(): LaneReader | undefined {
    const { socket, isClient } = this.#options;
    return LaneReader.take(socket, {
      expectMasked: !isClient,
      maxPayloadBytes: bounds.frameBytes,
      gathers: () => this.#packets !== undefined,
      counted: (bytes) => this.#count(bytes),
      gathered: (head, bytes) => this.#packets?.(head, bytes, this.#lane?.arrivedAt),
      passes: () => this.#failure === '',
      refused: (reason) => this.#refuse(reason),
    });
  }

  /** A peer that pings without reading the answers fills no more than a bounded queue. */
  #pong(payload: Buffer): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    if (this.#pongsQueued === bounds.pingsInFlight) {
      this.#refuse(tooManyPings);
      return;
    }
    this.#pongsQueued += 1;
    this.pingsAnswered += 1;
    this.#ws.pong(payload, undefined, () => {
      this.#pongsQueued -= 1;
    });
  }

  /** An arrival before the ping is the work of a wall clock that took a step. */
  #onPong(payload: Buffer): void {
    const key = payload.toString('hex');
    const arrivedMs = (this.#lane?.arrivedAt ?? 0) * 1000;
    const isSound = arrivedMs > (this.#pings.sentMs(key) ?? 0);
    this.#pings.answered(key, isSound ? arrivedMs : performance.now());
  }

  /** `ws` judges frames by the rules of RFC 6455, and has said goodbye to who broke one; all else is the socket's. */
  #onError({ message, code = '' }: NodeJS.ErrnoException): void {
    this.#failure ||= message;
    if (code.startsWith('WS_ERR_')) this.#refuse(`it broke a rule of WebSocket (${message})`);
  }

  #keep(text: string): void {
    if (this.#unheard.push(text) > bounds.unheardTexts) this.#refuse('texts before anybody listened');
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (!isBinary) this.onText(data.toString(), this.#lane?.arrivedAt);
    else if (this.#lane) this.#refuse('a binary message out of turn');
    else this.#onLoad(data as Buffer);
  }

  #onLoad(message: Buffer): void {
    if (this.#packets) this.#packets(message.subarray(0, HEAD_BYTES), message.length);
    else this.#count(message.length);
  }

  #count(bytes: number): void {
    if (this.sink) this.sink.arrived(bytes);
    else this.#refuse('load that was not asked for');
  }

  #refuse(reason: string): void {
    if (this.#violation) return;
    this.#violation = { reason: 'protocol', text: reason };
    this.onViolation(reason);
  }
}

function closedBy(code: number, text: string): Closed {
  const reason = (['done', 'protocol', 'policy'] as const).find((name) => closeCodes[name] === code);
  return { reason: reason ?? 'lost', text };
}
