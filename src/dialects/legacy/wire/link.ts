/**
 * A connection in the original's dialect: texts go to whoever has the turn. They are delivered at once, never by a
 * promise, since a client's wish and its first load may arrive in one chunk.
 */
import { legacy } from '../../../defaults/index.js';
import { type BareChannel, type Closed, type Echo, peerText } from '../../../transport/channel.js';

export class LegacyLink {
  readonly peer: string;
  /** Settles when the connection has ended. */
  readonly ended: Promise<Closed>;
  /** Round trips of the channel as it is. */
  readonly echo: Pick<Echo, 'ping'> = {
    ping: (written) => this.channel.ping?.(written) ?? Promise.reject(new Error('no pings')),
  };
  onText: (text: string) => void = () => {};
  onClosed: (closed: Closed) => void = () => {};
  closed: Closed | undefined;
  /** The far end has shown that it speaks another dialect; the link has ended. */
  isOther = false;
  readonly #tellsOther: (first: string) => boolean;
  #channel: BareChannel;
  #closing = false;
  #isFirst = true;

  /** `isOther` tells by the first text that the far end speaks another dialect. */
  constructor(channel: BareChannel, isOther: (first: string) => boolean = () => false) {
    this.#channel = channel;
    this.#tellsOther = isOther;
    this.peer = peerText(channel.info);
    channel.onText = (text) => this.#receive(text);
    this.ended = new Promise((resolve) => {
      channel.onClose = (closed) => {
        this.closed = closed;
        this.onClosed(closed);
        resolve(closed);
      };
    });
  }

  get channel(): BareChannel {
    return this.#channel;
  }

  /** From now on goes through what `over` puts over the channel, which must keep those who listen to it. */
  put(over: (channel: BareChannel) => BareChannel): void {
    this.#channel = over(this.#channel);
  }

  say(text: string): void {
    this.channel.send(text);
  }

  close(withinSeconds: number): Promise<void> {
    return this.#close('done', '', withinSeconds);
  }

  /** Ends the connection with a reason, in ASCII, that the original shows its user. */
  refuse(reason: string): void {
    void this.#close('policy', reason, 1);
  }

  #close(reason: 'done' | 'policy', text: string, withinSeconds: number): Promise<void> {
    if (this.#closing) return Promise.resolve();
    this.#closing = true;
    return this.channel.close(reason, text, withinSeconds);
  }

  #receive(text: string): void {
    if (this.#closing) return;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (isFirst && this.#tellsOther(text)) {
      this.isOther = true;
      this.#break('another dialect', 'it speaks another dialect');
    } else if (text.length > legacy.textCharacters) {
      this.#break('text too long', `it sent a text of ${text.length} characters`);
    } else {
      this.onText(text);
    }
  }

  #break(reason: string, text: string): void {
    this.refuse(reason);
    this.closed = { reason: 'protocol', text };
    this.onClosed(this.closed);
  }
}
