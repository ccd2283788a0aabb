/**
 * The interval that waits at the receiver for what the sender's transport knew in it. It goes on, with that or without,
 * once the next one is over: what is added up over streams would wait no longer. Pure.
 */
import { given } from '../../../given.js';
import type { MessageOf } from '../../../protocol/messages.js';
import type { StreamReport } from './figures.js';

export class AwaitedStatistics {
  readonly #report: (report: StreamReport) => void;
  #waiting: StreamReport | undefined;

  constructor(report: (report: StreamReport) => void) {
    this.#report = report;
  }

  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  add(report: StreamReport): void {
    this.end();
    this.#waiting = report;
  }

  /** What came too late is for no interval. */
  came({ index, omitted, statistics }: MessageOf<'sending'>): void {
    const { record } = this.#waiting ?? {};
    if (record?.index === index && record.omitted === omitted) this.end(statistics);
  }

  /** Nothing more will come for it. */
  end(statistics?: MessageOf<'sending'>['statistics']): void {
    const report = this.#waiting;
    this.#waiting = undefined;
    if (report) this.#report({ ...report, ...given({ statistics }) });
  }
}
