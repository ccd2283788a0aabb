/** The control messages of one stream's conversation, as a load test needs them. */
import { waits } from '../../../defaults/index.js';
import { WperfError } from '../../../errors.js';
import type { Role } from '../../../modes/load/results.js';
import type { FarWord, OwnWord, StreamTalk } from '../../../modes/load/stream/talk.js';
import type { Conversation } from './conversation.js';

export class NativeTalk implements StreamTalk {
  readonly #conversation: Conversation;
  readonly #role: Role;

  constructor(conversation: Conversation, role: Role) {
    this.#conversation = conversation;
    this.#role = role;
  }

  isOf(conversation: Conversation): boolean {
    return this.#conversation === conversation;
  }

  get peer(): string {
    return this.#conversation.peer;
  }

  async begin(): Promise<void> {
    if (this.#role === 'client') this.#conversation.send({ type: 'start' });
    else await this.#conversation.expect(waits.startSeconds, 'start');
  }

  say(word: OwnWord): void {
    this.#conversation.send(word);
  }

  async next(): Promise<FarWord> {
    const message = await this.#conversation.next();
    switch (message.type) {
      case 'interval':
      case 'sending':
      case 'sent':
      case 'end':
      case 'result':
        return message;
    }
    const text = `the peer sent a ${message.type} message during a test`;
    const error = new WperfError('protocol-violation', text, { peer: this.peer });
    throw this.#conversation.abort(error);
  }

  watch(silenceSeconds: number): void {
    this.#conversation.watch(silenceSeconds);
  }

  abort(error: WperfError): void {
    this.#conversation.abort(error);
  }
}
