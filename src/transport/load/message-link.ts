/** A link of load over a stream of messages: one in object mode, whose objects are Buffers. */
import { HEAD_BYTES, type LoadWriter, type PacketListener, type Stamp } from '../channel.js';
import { DuplexLink } from './duplex-link.js';
import { MessageWriter } from './message-writer.js';

export class MessageLink extends DuplexLink {
  readonly carries = 'messages';
  #packets: PacketListener | undefined;

  get packets(): PacketListener | undefined {
    return this.#packets;
  }

  set packets(listener: PacketListener | undefined) {
    this.#packets = listener;
    if (listener) this.begin();
  }

  loadWriter(blockBytes: number, maxBytes: number, stamp?: Stamp): LoadWriter {
    const send = (message: Buffer, done: (error?: Error | null) => void) => void this.stream.write(message, done);
    return new MessageWriter(send, blockBytes, maxBytes, stamp);
  }

  protected read(): void {
    this.stream.on('data', (message: unknown) => this.#take(message));
    this.stream.resume();
  }

  #take(message: unknown): void {
    if (!(message instanceof Uint8Array)) {
      this.stream.destroy(new Error(`the transport ${this.transport} gave a message that is no Buffer`));
      return;
    }
    this.bytesRead += message.length;
    if (this.#packets) this.#packets(message.subarray(0, HEAD_BYTES), message.length);
    else this.sink?.arrived(message.length);
  }
}
