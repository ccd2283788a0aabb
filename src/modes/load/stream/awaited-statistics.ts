/**
 * Intervals that wait at the receiver for what the sender's transport knew in them. Each goes on, with that or without,
 * once later ones make a second. Pure.
 */
import { given } from '../../../given.js';
import type { MessageOf } from '../../../protocol/messages.js';
import type { StreamReport } from './figures.js';

/** By which a report may be later than its interval. */
const PATIENCE_SECONDS = 1;

export class AwaitedStatistics {
  readonly #report: (report: StreamReport) => void;
  readonly #most: number;
  readonly #waiting: StreamReport[] = [];

  constructor(intervalSeconds: number, report: (report: StreamReport) => void) {
    this.#report = report;
    this.#most = Math.ceil(PATIENCE_SECONDS / intervalSeconds);
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  add(report: StreamReport): void {
    if (this.#waiting.length >= this.#most) this.#next();
    this.#waiting.push(report);
  }

  /** Those before it had none. What came too late is for no interval. */
  came({ index, omitted, statistics }: MessageOf<'sending'>): void {
    const at = this.#waiting.findIndex(({ record }) => record.index === index && record.omitted === omitted);
    if (at < 0) return;
    for (let left = at; left > 0; left--) this.#next();
    this.#next(statistics);
  }

  /** Nothing more will come. */
  end(): void {
    while (this.isWaiting) this.#next();
  }

  #next(statistics?: MessageOf<'sending'>['statistics']): void {
    const report = this.#waiting.shift();
    if (report) this.#report({ ...report, ...given({ statistics }) });
  }
}
