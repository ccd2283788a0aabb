/**
 * A channel of what a browser's WebSocket has, and no more: no pings, no close codes but 1000 and 3000 to 4999, no view of
 * the kernel, no addresses. Liveness: a writer looks at what waits every millisecond or, where the browser makes timers
 * wait longer, every few; it ends with the socket.
 */
import {
  type BareChannel,
  type ChannelInfo,
  type Closed,
  HEAD_BYTES,
  type LoadSink,
  type LoadWriter,
  type PacketListener,
  type Stamp,
} from '../../src/transport/channel.js';

/** The part of the standard's WebSocket that is used. */
interface BrowserSocket {
  readonly bufferedAmount: number;
  readonly readyState: number;
  binaryType: string;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code: number, reason: string): void;
}

const OPEN = 1;
const DONE = 1000;
const REFUSED = 4000;
/** The standard's 123 bytes, with room for what is no ASCII. */
const REASON_CHARACTERS = 40;

const nowhere: ChannelInfo = { localHost: '', localPort: 0, remoteHost: '', remotePort: 0, secure: false };

export class BrowserChannel implements BareChannel {
  readonly transport = 'websocket';
  readonly info: ChannelInfo;
  bytesRead = 0;
  onText: (text: string) => void = () => {};
  onClose: (closed: Closed) => void = () => {};
  onViolation: (text: string) => void = (text) => void this.close('protocol', text);
  sink: LoadSink | undefined;
  packets: PacketListener | undefined;
  readonly #socket: BrowserSocket;
  readonly #ended: Promise<void>;

  constructor(socket: BrowserSocket, info: ChannelInfo = nowhere) {
    this.#socket = socket;
    this.info = info;
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => this.#onMessage(data as string | ArrayBuffer);
    this.#ended = new Promise((resolve) => {
      socket.onclose = ({ code, reason }) => {
        this.onClose({ reason: code === DONE ? 'done' : 'lost', text: reason });
        resolve();
      };
    });
  }

  get queuedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    if (this.#socket.readyState === OPEN) this.#socket.send(text);
  }

  close(reason: 'done' | 'protocol' | 'policy', text: string, withinSeconds = 0): Promise<void> {
    this.#socket.close(reason === 'done' ? DONE : REFUSED, text.slice(0, REASON_CHARACTERS));
    return Promise.race([this.#ended, new Promise<void>((resolve) => setTimeout(resolve, withinSeconds * 1000))]);
  }

  /** A browser ends a connection in its own time; what still arrives is heard by nobody. */
  drop(): void {
    this.#socket.onmessage = null;
    void this.close('done', '');
  }

  loadWriter(blockBytes: number, maxBytes: number, stamp?: Stamp): LoadWriter {
    return new BlockWriter(this.#socket, blockBytes, maxBytes, stamp);
  }

  #onMessage(data: string | ArrayBuffer): void {
    this.bytesRead += typeof data === 'string' ? data.length : data.byteLength;
    if (typeof data === 'string') this.onText(data);
    else if (this.packets)
      this.packets(new Uint8Array(data, 0, Math.min(HEAD_BYTES, data.byteLength)), data.byteLength);
    else if (this.sink) this.sink.arrived(data.byteLength);
    else this.onViolation('load that was not asked for');
  }
}

/** What waits before anything is known of the rate. */
const LEAST_WAITING_BYTES = 32 * 1024;

class BlockWriter implements LoadWriter {
  readonly blockBytes: number;
  readonly maxBytes: number;
  readonly #socket: BrowserSocket;
  readonly #block: Uint8Array<ArrayBuffer>;
  readonly #stamp: Stamp | undefined;
  #written = 0;
  #waitingBytes = LEAST_WAITING_BYTES;

  constructor(socket: BrowserSocket, blockBytes: number, maxBytes: number, stamp?: Stamp) {
    this.blockBytes = blockBytes;
    this.maxBytes = Math.max(1, Math.floor(maxBytes / blockBytes)) * blockBytes;
    this.#socket = socket;
    this.#block = randomBytes(blockBytes);
    this.#stamp = stamp;
  }

  get takenBytes(): number {
    return Math.max(0, this.#written - this.#socket.bufferedAmount);
  }

  limitUnsent(bytes: number): void {
    this.#waitingBytes = Math.min(this.maxBytes, bytes);
  }

  write(bytes: number, taken: () => void): void {
    for (let left = bytes; left > 0 && this.#socket.readyState === OPEN; left -= this.blockBytes) {
      this.#stamp?.(this.#block);
      // The browser copies what it is given.
      this.#socket.send(this.#block.subarray(0, Math.min(left, this.blockBytes)));
      this.#written += Math.min(left, this.blockBytes);
    }
    this.#whenTaken(taken);
  }

  #whenTaken(taken: () => void): void {
    if (this.#socket.readyState !== OPEN) return;
    if (this.#socket.bufferedAmount <= this.#waitingBytes) taken();
    else setTimeout(() => this.#whenTaken(taken), 1);
  }
}

/** At most 64 KiB are given at a time. */
export function randomBytes(bytes: number): Uint8Array<ArrayBuffer> {
  const filled = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(filled.subarray(at, at + 65_536));
  return filled;
}
