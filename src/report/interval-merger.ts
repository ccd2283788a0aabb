/** Joins a test's intervals until they are as long as asked for: a server's report need not follow each client's wish. */
import type { IntervalEvent, IntervalSum, StreamInterval, TestEvent } from '../events/load.js';
import { given } from '../given.js';
import { type PacketTotals, sumPackets } from '../measure/packets/packets.js';
import type { Span } from '../measure/span.js';
import { joinStatistics, type StatisticColumn } from '../measure/statistics.js';
import { sumIfAll, unionOf } from '../measure/union.js';
import type { Reporter } from './reporter.js';

export class IntervalMerger implements Reporter {
  readonly #inner: Reporter;
  readonly #seconds: number;
  #joined: IntervalEvent | undefined;
  #columns: readonly StatisticColumn[] = [];

  /** 0 seconds reports no intervals. */
  constructor(inner: Reporter, seconds: number) {
    this.#inner = inner;
    this.#seconds = seconds;
  }

  event(event: TestEvent): void {
    if (event.type !== 'interval') {
      if (event.type === 'start') this.#columns = event.columns ?? [];
      this.#flush();
      this.#inner.event(event);
    } else if (this.#seconds > 0) {
      this.#add(event);
    }
  }

  #add(event: IntervalEvent): void {
    if (this.#joined && isOmitted(this.#joined) !== isOmitted(event)) this.#flush();
    this.#joined = this.#joined ? join(this.#joined, event, this.#columns) : event;
    const [longest] = [...this.#joined.streams].sort((a, b) => lengthOf(b) - lengthOf(a));
    // A tick of tolerance: intervals end a little after their time, and so begin a little late.
    if (longest && lengthOf(longest) > this.#seconds - 0.05) this.#flush();
  }

  #flush(): void {
    const joined = this.#joined;
    this.#joined = undefined;
    if (joined) this.#inner.event(joined);
  }
}

const lengthOf = (span: Span) => span.end - span.start;
const isOmitted = (event: IntervalEvent) => event.streams.some((stream) => stream.omitted);

type Columns = readonly StatisticColumn[];

function join(a: IntervalEvent, b: IntervalEvent, columns: Columns): IntervalEvent {
  const streams = joinStreams(a.streams, b.streams, columns);
  return { type: 'interval', streams, sums: joinSums(a.sums, b.sums, columns) };
}

function joinStreams(
  before: readonly StreamInterval[],
  after: readonly StreamInterval[],
  columns: Columns,
): StreamInterval[] {
  const same = (x: StreamInterval, y: StreamInterval) => x.id === y.id && x.direction === y.direction;
  const joined = before.map((a) => {
    const b = after.find((other) => same(a, other));
    if (!b) return a;
    const { statistics: _, ...rest } = b;
    const packets = a.packets && b.packets && joinPackets(a.packets, b.packets);
    const tcp = a.tcp && b.tcp && { ...b.tcp, retransmits: a.tcp.retransmits + b.tcp.retransmits };
    const statistics = joinStatistics(columns, a, b);
    return { ...rest, ...unionOf([a, b]), ...joinSent(a, b), ...given({ packets, tcp, statistics }) };
  });
  return [...joined, ...after.filter((b) => !before.some((a) => same(a, b)))];
}

/** Only of directions that every interval has a sum of: one that left out a part would read as a dip. */
function joinSums(before: readonly IntervalSum[], after: readonly IntervalSum[], columns: Columns): IntervalSum[] {
  return before.flatMap((a) => {
    const b = after.find((other) => other.direction === a.direction);
    if (!b) return [];
    const { retransmits, packets, statistics: _, ...rest } = b;
    const figures = given({
      packets: a.packets && packets && joinPackets(a.packets, packets),
      retransmits: sumIfAll([a.retransmits, retransmits]),
      statistics: joinStatistics(columns, a, b),
    });
    return [{ ...rest, ...unionOf([a, b]), ...joinSent(a, b), ...figures }];
  });
}

/** Jitter is as it stands at the end. */
function joinPackets(a: PacketTotals, b: PacketTotals): PacketTotals | undefined {
  const sum = sumPackets([a, b]);
  return sum && { ...sum, jitterMs: b.jitterMs };
}

function joinSent(a: Pick<IntervalSum, 'sentPackets'>, b: Pick<IntervalSum, 'sentPackets'>) {
  return given({ sentPackets: sumIfAll([a.sentPackets, b.sentPackets]) });
}
