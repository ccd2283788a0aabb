/**
 * One stream of load in the original's dialect: each end says that it sends no more, a server what it made of packets,
 * and that is all. Takes the link's turn. Liveness: a silent peer and the wait for figures are bounded.
 */
import { legacy } from '../../../defaults/index.js';
import { WperfError } from '../../../errors.js';
import type { Cancel, Clock } from '../../../host/clock.js';
import { Inbox } from '../../../host/inbox.js';
import type { Role } from '../../../modes/load/results.js';
import type { FarWord, OwnWord, StreamTalk } from '../../../modes/load/stream/talk.js';
import type { TestPlan } from '../../../plan/plan.js';
import type { MessageOf } from '../../../protocol/messages.js';
import type { Closed } from '../../../transport/channel.js';
import { closedError, watchLife } from '../../life.js';
import { figuresText, parseFigures } from './figures.js';
import type { LegacyLink } from './link.js';
import { endOf } from './wire.js';

interface LegacyTalkOptions {
  readonly role: Role;
  readonly clock: Clock;
  readonly test: Pick<TestPlan, 'mode' | 'direction'>;
  /** The client's wish, which begins the test. */
  readonly opening?: string;
}

export class LegacyTalk implements StreamTalk {
  /** The peer said that it sends no more. */
  peerEnded = false;
  /** The peer closed the connection while this end still received. */
  cutOff = false;
  readonly #link: LegacyLink;
  readonly #options: LegacyTalkOptions;
  /** This end sends, receives, or both. */
  readonly #sends: boolean;
  readonly #receives: boolean;
  readonly #isDatagram: boolean;
  readonly #words = new Inbox<FarWord>();
  #cancelWatch: Cancel = () => {};
  #cancelFigures: Cancel | undefined;
  #sentPackets = 0;
  #done = false;
  /** Called once, when the peer has said that it sends no more, or has gone. */
  onPeerEnded: () => void = () => {};

  constructor(link: LegacyLink, options: LegacyTalkOptions) {
    this.#link = link;
    const { role, test } = options;
    this.#options = options;
    this.#sends = test.direction !== (role === 'client' ? 'down' : 'up');
    this.#receives = test.direction !== (role === 'client' ? 'up' : 'down');
    this.#isDatagram = test.mode === 'datagram';
    link.onText = (text) => this.#onText(text);
    link.onClosed = (closed) => this.#onClosed(closed);
    if (link.closed) this.#onClosed(link.closed);
  }

  get peer(): string {
    return this.#link.peer;
  }

  async begin(): Promise<void> {
    if (this.#options.opening !== undefined && !this.#link.closed) this.#link.say(this.#options.opening);
  }

  say(word: OwnWord): void {
    if (word.type === 'sent') this.#sentPackets = word.packets;
    else if (word.type === 'result') this.#sayEnd(word);
  }

  next(): Promise<FarWord> {
    return this.#words.next();
  }

  watch(silenceSeconds: number): void {
    if (this.#words.failure || this.#done) return;
    const lost = (error: WperfError) => this.abort(error);
    this.#cancelWatch = watchLife(this.#link, this.#options.clock, lost, silenceSeconds);
  }

  /** The connection is closed by whoever hears of the failure; of a refusal the peer is told. */
  abort(error: WperfError): void {
    if (this.#words.failure || this.#done) return;
    if (error.code === 'request-refused') this.#link.refuse(error.message);
    this.#cancelWatch();
    this.#words.fail(error);
  }

  #sayEnd({ packets }: MessageOf<'result'>): void {
    const { role, clock } = this.#options;
    if (this.#sends) this.#link.say(endOf[role]);
    if (role === 'server' && this.#isDatagram && packets) this.#link.say(figuresText(packets));
    if (role === 'client' && this.#isDatagram && !this.#link.closed) {
      this.#cancelFigures = clock.at(clock.now() + legacy.figuresSeconds, () => this.#end());
    } else this.#end();
  }

  /** Nothing more will be told. */
  #end(figures?: Omit<Extract<FarWord, { type: 'result' }>, 'type'>): void {
    if (this.#done) return;
    this.#done = true;
    this.#cancelWatch();
    this.#cancelFigures?.();
    this.#words.put({ type: 'result', ...figures });
  }

  #onText(text: string): void {
    const { role } = this.#options;
    if (this.#done) {
      if (text === endOf[otherOf(role)]) this.#onPeerEnd();
    } else if (this.#cancelFigures) {
      this.peerEnded = true;
      const packets = parseFigures(text, this.#sentPackets);
      this.#end(packets && { packets });
    } else if (text === endOf[otherOf(role)]) this.#onPeerEnd();
    else {
      this.#link.refuse('unexpected text');
      const due = this.#receives && this.#isDatagram ? 'packets were' : 'load was';
      this.abort(new WperfError('protocol-violation', `${this.peer} sent a text where ${due} due`));
    }
  }

  #onPeerEnd(): void {
    if (this.peerEnded) return;
    this.peerEnded = true;
    if (this.#receives || this.#options.role === 'server') this.#words.put({ type: 'over' });
    this.onPeerEnded();
  }

  /** A client of the original ends a download by closing; a server that closes before its word takes the test with it. */
  #onClosed(closed: Closed): void {
    const { role } = this.#options;
    if (this.#cancelFigures) this.#end();
    else if (!this.#done && ((role === 'client' && !this.peerEnded) || closed.reason === 'protocol')) {
      this.abort(closedError(closed, this.peer));
    } else if (!this.#done) {
      this.cutOff = this.#receives && !this.peerEnded;
      this.#words.put(this.cutOff ? { type: 'end', reason: 'interrupted' } : { type: 'over' });
    }
    this.onPeerEnded();
  }
}

function otherOf(role: Role): Role {
  return role === 'client' ? 'server' : 'client';
}
