/**
 * Control messages over a channel, one at a time and in order. What cannot be read, an error message, and the end of
 * the connection all surface as a WperfError at whoever waits. Liveness: `next` is bounded by its own limit; during a
 * test `watch` bounds the peer's silence instead.
 */
import { bounds } from '../../../defaults/index.js';
import { type ErrorCode, ofPeer, toWperfError, WperfError } from '../../../errors.js';
import type { Cancel, Clock } from '../../../host/clock.js';
import { deferred } from '../../../host/deferred.js';
import { Inbox } from '../../../host/inbox.js';
import { noLoadHint } from '../../../modes/load/failure.js';
import { decodeMessage, encodeMessage, violation } from '../../../protocol/codec.js';
import type { Message, MessageOf, MessageType } from '../../../protocol/messages.js';
import { type BareChannel, type Echo, peerText } from '../../../transport/channel.js';
import { closedError, watchLife } from '../../life.js';
import { noTokenHint, tokenHint } from '../../token.js';
import { TextEcho } from './text-echo.js';

/** More control messages than this, unread, and the peer is flooding us. */
const MAX_UNREAD = 256;

/** Codes that a peer may put into an error message, with what to do; any other code is a plain refusal. */
const peerHints: Partial<Record<ErrorCode, string | undefined>> = {
  'token-required': tokenHint,
  'token-rejected': tokenHint,
  'token-not-asked': noTokenHint,
  'server-unproven': undefined,
  'server-full': 'try again later',
  'peer-lost': undefined,
  'peer-terminated': undefined,
  'protocol-violation': undefined,
  'no-load': noLoadHint,
  timeout: undefined,
  unreachable: 'a proxy or a firewall on the way may not pass it: leave --proto away to measure over WebSocket',
};

export class Conversation {
  readonly peer: string;
  #channel: BareChannel;
  /** Round trips by texts, whose answers tell the far end's clock. */
  readonly textEcho: TextEcho;
  readonly #clock: Clock;
  readonly #unread = new Inbox<Message>();
  #cancelWatch: Cancel = () => {};
  #hello: string | undefined;
  #mayWaitBytes: number = bounds.queuedAnswerBytes;
  readonly #ended = deferred<void>();
  readonly #failed = deferred<never>();

  constructor(channel: BareChannel, clock: Clock) {
    this.#channel = channel;
    this.#clock = clock;
    this.textEcho = new TextEcho(clock, (message) => this.send(message));
    this.peer = peerText(channel.info);
    this.#failed.promise.catch(() => {});
    const byText = channel.ping === undefined;
    this.echo = { ping: (written) => (!byText && this.#channel.ping?.(written)) || this.textEcho.ping(written) };
    channel.onText = (text, arrivedAt) => this.#receive(text, arrivedAt);
    channel.onViolation = (text) => this.#onViolation(text);
    channel.onClose = (closed) => {
      this.#cancelWatch();
      this.textEcho.loseAll();
      this.#fail(closedError(closed, this.peer));
      this.#ended.resolve();
    };
  }

  /** Never settles before the conversation fails, and then rejects with its failure. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** Runs the task once the connection has ended. */
  whenEnded(task: () => void): void {
    void this.#ended.promise.then(task);
  }

  get channel(): BareChannel {
    return this.#channel;
  }

  /** Round trips: by the channel's own pings where it has such, else by control texts. */
  readonly echo: Pick<Echo, 'ping'>;

  /** From now on goes through what `over` puts over the channel, which must keep those who listen to it. */
  put(over: (channel: BareChannel, clock: Clock) => BareChannel): void {
    this.#channel = over(this.#channel, this.#clock);
  }

  send(message: Message): void {
    this.channel.send(encodeMessage(message));
  }

  /** The next message of any type; rejects with the failure that ended the conversation. */
  next(): Promise<Message> {
    return this.#unread.next();
  }

  /** The next message, which must be of one of these types and come in time. */
  async expect<const T extends MessageType>(seconds: number, ...types: readonly T[]): Promise<MessageOf<T>> {
    const cancel = this.#clock.at(this.#clock.now() + seconds, () => {
      const what = `no ${types.join(' or ')} message came within ${seconds} s`;
      const hint = 'it hangs, or something on the way holds back what is said over a WebSocket';
      this.abort(new WperfError('timeout', what, { operation: 'handshake', hint }));
    });
    try {
      const message = await this.next();
      if ((types as readonly string[]).includes(message.type)) return message as MessageOf<T>;
      throw this.abort(violation(`${message.type} where ${types.join(' or ')} was due`));
    } finally {
      cancel();
    }
  }

  /** Load goes out here too: what waits is no sign of a peer that does not read. */
  carriesLoad(): void {
    this.#mayWaitBytes = bounds.queuedAnswerBytes + 2 * bounds.batchBytes;
  }

  /** From now on, sends signs of life and fails when the peer gives none for so long. */
  watch(silenceSeconds?: number): void {
    const lost = (error: WperfError) => {
      this.#fail(error);
      this.channel.drop();
    };
    this.#cancelWatch = watchLife(this, this.#clock, lost, silenceSeconds);
  }

  /** Ends the conversation in good order, or without ceremony if that takes longer than `withinSeconds`. */
  close(withinSeconds: number): Promise<void> {
    this.#cancelWatch();
    return this.channel.close('done', '', withinSeconds);
  }

  /** Tells the peer why, and ends the conversation. Whoever waits gets `error`, which names the peer where that is to blame. */
  abort(error: WperfError): WperfError {
    const told = isPeers(error) ? ofPeer(error, this.peer) : error;
    if (this.#unread.failure) return told;
    this.#fail(told);
    this.#part(error.code, error.message);
    return told;
  }

  /** In a text before the close: not everybody may choose what a close says. */
  #part(code: ErrorCode, message: string): void {
    this.#cancelWatch();
    this.send({ type: 'error', code, message: message.slice(0, 512) });
    this.channel.close(code === 'protocol-violation' ? 'protocol' : 'policy', code, 1);
  }

  #onViolation(text: string): void {
    this.#fail(new WperfError('protocol-violation', `${this.peer}: ${text}`, { operation: 'test', peer: this.peer }));
    this.#part('protocol-violation', text);
  }

  #receive(text: string, arrivedAt?: number): void {
    if (this.#unread.failure) return;
    try {
      const message = decodeMessage(text);
      if (message.type === 'error') this.#fail(peerError(message, this.peer));
      else if (message.type === 'ping') this.#answer(message);
      else if (message.type === 'pong') this.textEcho.answered(message, arrivedAt);
      else if (message.type !== 'hello' || !this.#hasHeard(text)) this.#deliver(message);
    } catch (error) {
      this.abort(toWperfError(error));
    }
  }

  /** A peer that pings without reading the answers fills no more than a bounded queue. */
  #answer({ id }: MessageOf<'ping'>): void {
    if (this.channel.queuedBytes > this.#mayWaitBytes) throw violation('pings, and reads no answers');
    this.send({ type: 'pong', id, at: this.#clock.now() * 1000 });
  }

  /** Once more where a proxy on the way back keeps from the client that its hello came with the request. */
  #hasHeard(hello: string): boolean {
    const isRepeated = hello === this.#hello;
    this.#hello = isRepeated ? undefined : hello;
    return isRepeated;
  }

  #deliver(message: Message): void {
    this.#unread.put(message);
    if (this.#unread.length > MAX_UNREAD) throw violation('control messages faster than they can be read');
  }

  #fail(error: WperfError): void {
    this.#unread.fail(error);
    this.#failed.reject(this.#unread.failure ?? error);
  }
}

function isPeers({ code }: WperfError): boolean {
  return code === 'protocol-violation' || code === 'timeout';
}

function peerError(message: MessageOf<'error'>, peer: string): WperfError {
  const code = Object.hasOwn(peerHints, message.code) ? (message.code as ErrorCode) : 'request-refused';
  const reason = message.message || `it gives no reason (${message.code})`;
  return new WperfError(code, `${peer}: ${reason}`, { operation: 'handshake', peer, hint: peerHints[code] });
}
