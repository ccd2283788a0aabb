/**
 * A channel of what a browser's WebSocket has, and no more: no pings, no close codes but 1000 and 3000 to 4999, no view of
 * the kernel, no addresses.
 */
import type { BareChannel, Closed, LoadSink, LoadWriter, PacketListener, Stamp } from '../../src/transport/channel.js';
import { HEAD_BYTES } from '../../src/transport/channel.js';

/** The part of the standard's WebSocket that there is. */
type BrowserSocket = Pick<WebSocket, 'send' | 'close' | 'bufferedAmount' | 'readyState'> & {
  binaryType: string;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
};

const DONE = 1000;
const REFUSED = 4000;

export class BrowserChannel implements BareChannel {
  readonly transport = 'websocket';
  readonly info = { localHost: '', localPort: 0, remoteHost: '', remotePort: 0, secure: false };
  bytesRead = 0;
  onText: (text: string) => void = () => {};
  onClose: (closed: Closed) => void = () => {};
  onViolation: (text: string) => void = (text) => this.close('protocol', text);
  sink: LoadSink | undefined;
  packets: PacketListener | undefined;
  readonly #socket: BrowserSocket;

  constructor(socket: BrowserSocket) {
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => this.#onMessage(data as string | ArrayBuffer);
    socket.onclose = ({ code, reason }) => this.onClose({ reason: code === DONE ? 'done' : 'lost', text: reason });
  }

  get queuedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    if (this.#socket.readyState === 1) this.#socket.send(text);
  }

  close(reason: 'done' | 'protocol' | 'policy', text: string): Promise<void> {
    this.#socket.close(reason === 'done' ? DONE : REFUSED, text.slice(0, 100));
    return Promise.resolve();
  }

  drop(): void {
    this.close('done', '');
  }

  loadWriter(blockBytes: number, maxBytes: number, stamp?: Stamp): LoadWriter {
    return new BrowserWriter(this.#socket, blockBytes, maxBytes, stamp);
  }

  #onMessage(data: string | ArrayBuffer): void {
    this.bytesRead += typeof data === 'string' ? data.length : data.byteLength;
    if (typeof data === 'string') this.onText(data);
    else if (this.packets) this.packets(new Uint8Array(data, 0, HEAD_BYTES), data.byteLength);
    else if (this.sink) this.sink.arrived(data.byteLength);
    else this.onViolation('load that was not asked for');
  }
}

class BrowserWriter implements LoadWriter {
  readonly blockBytes: number;
  readonly maxBytes: number;
  readonly #socket: BrowserSocket;
  readonly #block: Uint8Array<ArrayBuffer>;
  readonly #stamp: Stamp | undefined;
  #written = 0;

  constructor(socket: BrowserSocket, blockBytes: number, maxBytes: number, stamp?: Stamp) {
    this.blockBytes = blockBytes;
    this.maxBytes = Math.max(1, Math.floor(maxBytes / blockBytes)) * blockBytes;
    this.#socket = socket;
    this.#block = new Uint8Array(blockBytes);
    this.#stamp = stamp;
  }

  get takenBytes(): number {
    return Math.max(0, this.#written - this.#socket.bufferedAmount);
  }

  limitUnsent(): void {}

  write(bytes: number, taken: () => void): void {
    for (let left = bytes; left > 0; left -= this.blockBytes) {
      this.#stamp?.(this.#block);
      this.#socket.send(this.#block.slice(0, Math.min(left, this.blockBytes)));
    }
    this.#written += bytes;
    this.#whenTaken(taken);
  }

  #whenTaken(taken: () => void): void {
    if (this.#socket.bufferedAmount === 0) taken();
    else setTimeout(() => this.#whenTaken(taken), 1);
  }
}
