/** What the kernel and the transport know of a connection at the end that sends, cut into intervals and summed up. */
import { given } from '../../../../given.js';
import { type Statistics, StatisticsGathering } from '../../../../measure/statistics.js';
import { TcpGathering, type TcpSample, type TcpSummary } from '../../../../measure/tcp.js';
import type { Link } from '../../../../transport/channel.js';

export class SenderFigures {
  readonly #link: Link;
  readonly #tcp: TcpGathering | undefined;
  readonly #statistics: StatisticsGathering | undefined;
  /** What the transport told of the whole: an interval that is cut later ends with it. */
  #whole: Statistics | undefined;
  /** Before the load, as far as known; else 0. */
  readonly roundTripSeconds: number;

  constructor(link: Link) {
    this.#link = link;
    const sample = link.kernel?.sample();
    this.roundTripSeconds = (sample?.rttUs ?? 0) / 1e6;
    if (sample) this.#tcp = new TcpGathering(sample);
    const known = tellsStatistics(link) && link.statistics?.();
    if (known) this.#statistics = new StatisticsGathering(link.columns ?? [], known);
  }

  /** Since the last cut; what the omitted beginning had is in no summary. */
  cut(omitted: boolean): { tcp?: TcpSample; statistics?: Statistics } {
    const sample = this.#sample();
    const tcp = sample && this.#tcp?.add(sample);
    const known = this.#known();
    const statistics = known && this.#statistics?.cut(known);
    if (omitted) {
      this.#tcp?.forgetRetransmits();
      this.#statistics?.forget();
    }
    return given({ tcp, statistics });
  }

  /** The last look, outside the intervals. */
  look(): void {
    const sample = this.#sample();
    if (sample) this.#tcp?.look(sample);
    this.#whole ??= this.#known();
  }

  get tcp(): TcpSummary | undefined {
    return this.#tcp?.summary();
  }

  get statistics(): Statistics | undefined {
    const known = this.#known();
    return known && this.#statistics?.summary(known);
  }

  #sample(): TcpSample | undefined {
    return this.#tcp && this.#link.kernel?.sample();
  }

  #known(): Statistics | undefined {
    return this.#statistics && (this.#whole ?? this.#link.statistics?.());
  }
}

export function tellsStatistics({ columns = [] }: Pick<Link, 'columns'>): boolean {
  return columns.length > 0;
}
