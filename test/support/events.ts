import type { EndEvent, IntervalEvent, StartEvent, TestEvent } from '../../src/events/load.js';

export interface Collected {
  readonly all: TestEvent[];
  readonly start: StartEvent | undefined;
  readonly intervals: IntervalEvent[];
  readonly end: EndEvent | undefined;
  /** `code: line` of the error that ended the test. */
  readonly error: string | undefined;
}

export async function collect(events: AsyncIterable<TestEvent>): Promise<Collected> {
  const all: TestEvent[] = [];
  for await (const event of events) all.push(event);
  return sorted(all);
}

export function sorted(all: TestEvent[]): Collected {
  const error = all.find((event) => event.type === 'error')?.error;
  return {
    all,
    start: all.find((event) => event.type === 'start'),
    intervals: all.filter((event) => event.type === 'interval'),
    end: all.find((event) => event.type === 'end'),
    error: error && `${error.code}: ${error.line}`,
  };
}
