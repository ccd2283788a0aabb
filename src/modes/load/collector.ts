/** Intervals of a test's streams, matched by their number on each stream's own clock. Pure; the same at both ends. */
import type { IntervalEvent, IntervalSum, StreamInterval } from '../../events/load.js';
import { given } from '../../given.js';
import type { StatisticColumn } from '../../measure/statistics.js';
import { sumIfAll, unionOf } from '../../measure/union.js';
import type { Direction, TestPlan } from '../../plan/plan.js';
import { carries, directionOf, directionsOf, type Role, type StreamDirections, sumFigures } from './results.js';
import type { StreamReport } from './stream/figures.js';

/** Intervals wait for a missing stream until another is this many ahead. */
const MAX_LAG = 2;

export class Collector {
  readonly #role: Role;
  readonly #directions: readonly Direction[];
  readonly #streams: number;
  readonly #columns: readonly StatisticColumn[];
  readonly #carried: StreamDirections;
  readonly #onInterval: (event: IntervalEvent) => void;
  readonly #pending = new Map<string, StreamInterval[]>();
  readonly #finished = new Set<number>();

  constructor(
    role: Role,
    test: TestPlan,
    onInterval: (event: IntervalEvent) => void,
    columns: readonly StatisticColumn[] = [],
    carried: StreamDirections = new Map(),
  ) {
    this.#role = role;
    this.#carried = carried;
    this.#columns = columns;
    this.#directions = directionsOf(test);
    this.#streams = test.streams;
    this.#onInterval = onInterval;
  }

  add(id: number, { sender, record, packets, tcp, statistics, senderCount, sentPackets }: StreamReport): void {
    const { index, omitted, start, end, bytes } = record;
    const direction = directionOf(this.#role, sender);
    const key = `${omitted ? 'omitted' : 'counted'} ${index}`;
    const figures = given({ packets, tcp, statistics, senderCount, sentPackets });
    const row: StreamInterval = { id, direction, sender, omitted, start, end, bytes, ...figures };
    this.#pending.set(key, [...(this.#pending.get(key) ?? []), row]);
    this.#emitReady();
  }

  /** No more will come from this stream; the others are not kept waiting for it. */
  finish(id: number): void {
    this.#finished.add(id);
    this.#emitReady();
  }

  #emitReady(): void {
    for (const [key, rows] of this.#pending) {
      const complete = this.#directions.every((direction) => this.#isComplete(rows, direction));
      if (!complete && this.#pending.size <= MAX_LAG) return;
      this.#emit(key, rows);
    }
  }

  #emit(key: string, rows: readonly StreamInterval[]): void {
    this.#pending.delete(key);
    const ofDirection = (direction: Direction) =>
      rows.filter((row) => row.direction === direction).sort((a, b) => a.id - b.id);
    const streams = this.#directions.flatMap(ofDirection);
    const sums = this.#directions.flatMap((direction) => this.#sum(ofDirection(direction), direction));
    this.#onInterval({ type: 'interval', streams, sums });
  }

  /** Only of complete intervals: a sum that lacks a running stream would read as a dip. */
  #sum(rows: readonly StreamInterval[], direction: Direction): IntervalSum[] {
    const [first] = rows;
    if (!first || !this.#isComplete(rows, direction)) return [];
    const { sender, omitted, senderCount } = first;
    const sentPackets = sumIfAll(rows.map((row) => row.sentPackets));
    const figures = { ...given({ senderCount, sentPackets }), ...sumFigures(rows, this.#columns) };
    return [{ direction, sender, omitted, ...unionOf(rows), ...figures }];
  }

  #isComplete(rows: readonly StreamInterval[], direction: Direction): boolean {
    const present = new Set(rows.filter((row) => row.direction === direction).map((row) => row.id));
    const finished = [...this.#finished].filter((id) => carries(this.#carried, id, direction));
    return new Set([...present, ...finished]).size >= this.#streams;
  }
}
