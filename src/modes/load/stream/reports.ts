/** The intervals of a stream as they are over: told to whoever runs it, and to the far side. */
import { given } from '../../../given.js';
import type { PacketFigures } from '../../../measure/packets/packets.js';
import type { IntervalRecord } from '../../../measure/timeline.js';
import type { MessageOf } from '../../../protocol/messages.js';
import { takesPart } from '../results.js';
import { AwaitedStatistics } from './awaited-statistics.js';
import type { StreamReport } from './figures.js';
import type { StreamOptions } from './options.js';
import { type SenderFigures, tellsStatistics } from './sender/sender-figures.js';

/** What else is known of an interval of what this end sends: by the far side, or by this end's own count. */
export type SentFigures = Pick<StreamReport, 'packets' | 'senderCount' | 'sentPackets'>;

export class Reports {
  readonly #options: StreamOptions;
  /** At a receiver, where the sender's transport tells figures. */
  readonly #awaited: AwaitedStatistics | undefined;
  #over = false;

  constructor(options: StreamOptions) {
    const { role, test, stream } = options;
    this.#options = options;
    const isTold = takesPart(role, test, false) && tellsStatistics(stream.link);
    this.#awaited = isTold ? new AwaitedStatistics((report) => this.#tell(report)) : undefined;
  }

  /** Whether the far side has still figures to tell; `isDone` is an end that has no more intervals. */
  awaits(isDone: boolean): boolean {
    return this.#awaited !== undefined && (!isDone || this.#awaited.isWaiting);
  }

  /** Of what this end receives. */
  received(record: IntervalRecord, packets?: PacketFigures): void {
    const figures = packets && { packets };
    this.#options.stream.talk.say({ type: 'interval', ...record, ...figures });
    const report = { sender: false, record, ...figures };
    if (this.#awaited) this.#awaited.add(report);
    else this.#tell(report);
  }

  /** Of what this end sends, with what its kernel knew. */
  sent(record: IntervalRecord, figures: SentFigures | undefined, sender: SenderFigures | undefined): void {
    const { index, omitted } = record;
    const { link, talk } = this.#options.stream;
    const known = sender?.cut(omitted);
    if (tellsStatistics(link))
      talk.say({ type: 'sending', index, omitted, ...given({ statistics: known?.statistics }) });
    this.#tell({ sender: true, record, ...figures, ...known });
  }

  /** What the far side's transport knew of an interval. */
  came(word: MessageOf<'sending'>): void {
    this.#awaited?.came(word);
  }

  /** What is over after the end has nothing more to tell. */
  end(): void {
    this.#awaited?.end();
    this.#over = true;
  }

  #tell(report: StreamReport): void {
    if (!this.#over) this.#options.onInterval(report);
  }
}
