/** Joins a test's intervals until they are as long as asked for: a server's report need not follow each client's wish. */
import type { IntervalEvent, IntervalSum, Span, StreamInterval, TestEvent } from '../events.js';
import type { Reporter } from './reporter.js';

export class IntervalMerger implements Reporter {
  readonly #inner: Reporter;
  readonly #seconds: number;
  #joined: IntervalEvent | undefined;

  /** 0 seconds reports no intervals. */
  constructor(inner: Reporter, seconds: number) {
    this.#inner = inner;
    this.#seconds = seconds;
  }

  event(event: TestEvent): void {
    if (event.type !== 'interval') {
      this.#flush();
      this.#inner.event(event);
    } else if (this.#seconds > 0) {
      this.#add(event);
    }
  }

  #add(event: IntervalEvent): void {
    if (this.#joined && isOmitted(this.#joined) !== isOmitted(event)) this.#flush();
    this.#joined = this.#joined ? join(this.#joined, event) : event;
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

function join(a: IntervalEvent, b: IntervalEvent): IntervalEvent {
  return {
    type: 'interval',
    streams: joinEach(a.streams, b.streams, (x, y) => x.id === y.id && x.direction === y.direction).map(
      withRetransmits,
    ),
    sums: joinEach(a.sums, b.sums, (x, y) => x.direction === y.direction),
  };

  function withRetransmits(stream: StreamInterval): StreamInterval {
    const same = (other: StreamInterval) => other.id === stream.id && other.direction === stream.direction;
    const before = a.streams.find(same)?.tcp?.retransmits;
    const after = b.streams.find(same)?.tcp;
    return after && before !== undefined
      ? { ...stream, tcp: { ...after, retransmits: before + after.retransmits } }
      : stream;
  }
}

function joinEach<T extends StreamInterval | IntervalSum>(
  before: readonly T[],
  after: readonly T[],
  same: (a: T, b: T) => boolean,
): T[] {
  const joined = before.map((a) => {
    const b = after.find((other) => same(a, other));
    if (!b) return a;
    const retransmits =
      'retransmits' in a && 'retransmits' in b ? { retransmits: Number(a.retransmits) + Number(b.retransmits) } : {};
    return { ...b, start: a.start, bytes: a.bytes + b.bytes, ...retransmits };
  });
  return [...joined, ...after.filter((b) => !before.some((a) => same(a, b)))];
}
