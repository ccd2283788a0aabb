/**
 * A connection in the original's dialect: texts go to whoever has the turn. They are delivered at once, never by a
 * promise, since a client's wish and its first load may arrive in one chunk.
 */
import { legacy } from '../../defaults/index.js';
import { WperfError } from '../../errors.js';
import { type Channel, type Closed, peerText } from '../../transport/channel.js';

/** Close codes of RFC 6455, section 7.4.1. */
const NORMAL = 1000;
const PROTOCOL_ERROR = 1002;
const POLICY = 1008;
/** The longest ASCII reason that fits a close frame (RFC 6455, section 5.5). */
const REASON_CHARACTERS = 123;

export class Link {
  readonly peer: string;
  /** Settles when the connection has ended. */
  readonly ended: Promise<Closed>;
  onText: (text: string) => void = () => {};
  onClosed: (closed: Closed) => void = () => {};
  #channel: Channel;
  #closed: Closed | undefined;
  #closing = false;

  constructor(channel: Channel) {
    this.#channel = channel;
    this.peer = peerText(channel.info);
    channel.onText = (text) => this.#receive(text);
    this.ended = new Promise((resolve) => {
      channel.onClose = (closed) => {
        this.#closed = closed;
        this.onClosed(closed);
        resolve(closed);
      };
    });
  }

  get channel(): Channel {
    return this.#channel;
  }

  /** From now on goes through what `over` puts over the channel, which must keep those who listen to it. */
  put(over: (channel: Channel) => Channel): void {
    this.#channel = over(this.#channel);
  }

  get closed(): Closed | undefined {
    return this.#closed;
  }

  say(text: string): void {
    this.channel.send(text);
  }

  close(withinSeconds: number): void {
    this.#close(NORMAL, '', withinSeconds);
  }

  /** Ends the connection with a reason, in ASCII, that the original shows its user. */
  refuse(reason: string): void {
    this.#close(POLICY, reason.slice(0, REASON_CHARACTERS), 1);
  }

  #close(code: number, reason: string, withinSeconds: number): void {
    if (this.#closing) return;
    this.#closing = true;
    this.channel.close(code, reason, withinSeconds);
  }

  #receive(text: string): void {
    if (this.#closing) return;
    if (text.length <= legacy.textCharacters) {
      this.onText(text);
    } else {
      this.refuse('text too long');
      this.onClosed({ code: POLICY, reason: `it sent a text of ${text.length} characters` });
    }
  }
}

/** This end closed the connection over what the peer sent. */
export function isViolation({ code }: Closed): boolean {
  return code === PROTOCOL_ERROR;
}

/** A connection that ended before its time, as an error. */
export function closedError(closed: Closed, peer: string): WperfError {
  const { code, reason } = closed;
  if (isViolation(closed))
    return new WperfError('protocol-violation', `${peer}: ${reason}`, { operation: 'test', peer });
  const why = reason === '' ? ` (code ${code})` : ` (${reason})`;
  return new WperfError('peer-lost', `the connection with ${peer} was closed by the other side${why}`, {
    operation: 'test',
    peer,
  });
}
