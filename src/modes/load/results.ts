/** The totals of a test, from each stream's outcome and what its far side said. Pure; the same at both ends. */
import type { DirectionSum, StreamInterval, StreamResult } from '../../events/load.js';
import { given } from '../../given.js';
import { sumPackets } from '../../measure/packets/packets.js';
import type { Span } from '../../measure/span.js';
import { type StatisticColumn, sumStatistics } from '../../measure/statistics.js';
import { sumIfAll, unionOf } from '../../measure/union.js';
import type { Direction, TestDirection, TestPlan } from '../../plan/plan.js';
import type { StreamOutcome } from './stream/figures.js';

export type Role = 'client' | 'server';

export function directionsOf(test: Pick<TestPlan, 'direction'>): Direction[] {
  return test.direction === 'bidir' ? ['up', 'down'] : [test.direction];
}

/** Of streams, by their ids, that do not carry load in all directions of their test. */
export type StreamDirections = ReadonlyMap<number, TestDirection>;

export function carries(directions: StreamDirections, id: number, direction: Direction): boolean {
  return directionsOf({ direction: directions.get(id) ?? 'bidir' }).includes(direction);
}

export function directionOf(role: Role, sender: boolean): Direction {
  return sender === (role === 'client') ? 'up' : 'down';
}

/** Whether an end of this role sends, or receives. */
export function takesPart(role: Role, test: Pick<TestPlan, 'direction'>, sender: boolean): boolean {
  return directionsOf(test).includes(directionOf(role, sender));
}

/** One result for each stream and direction, from this end's outcome and what the far side said. */
export function streamResults(
  role: Role,
  test: TestPlan,
  outcomes: ReadonlyMap<number, StreamOutcome>,
  directions: StreamDirections = new Map(),
): StreamResult[] {
  const outcomesOf = (direction: Direction) => [...outcomes].filter(([id]) => carries(directions, id, direction));
  return directionsOf(test).flatMap((direction) =>
    outcomesOf(direction)
      .sort(([a], [b]) => a - b)
      .map(([id, outcome]) => streamResult(id, direction, role, outcome)),
  );
}

function streamResult(id: number, direction: Direction, role: Role, outcome: StreamOutcome): StreamResult {
  const sender = (direction === 'up') === (role === 'client');
  const { remote, reported } = outcome;
  const tcp = sender ? outcome.tcp : remote?.tcp;
  const sent = (sender ? outcome.sent : remote?.sent) ?? null;
  const received = (sender ? (remote?.received ?? reported) : outcome.received) ?? null;
  const partial = sender && remote?.received === undefined && reported !== undefined;
  const packets = sender ? remote?.packets : outcome.packets;
  const pacing = sender ? outcome.pacing : remote?.pacing;
  const statistics = sender ? outcome.statistics : remote?.statistics;
  const figures = given({ packets, pacing, tcp, statistics });
  return { id, direction, sender, sent, received, partial, ...figures };
}

export function sumResults(results: readonly StreamResult[], columns: readonly StatisticColumn[] = []): DirectionSum[] {
  const directions = [...new Set(results.map((result) => result.direction))];
  return directions.map((direction) => {
    const own = results.filter((result) => result.direction === direction);
    return {
      direction,
      sender: own[0]?.sender ?? false,
      sent: sumOfSpans(own.map((result) => result.sent)),
      received: sumOfSpans(own.map((result) => result.received)),
      partial: own.some((result) => result.partial),
      ...sumFigures(own, columns),
    };
  });
}

type Figures = Pick<StreamInterval | StreamResult, 'tcp' | 'packets' | 'statistics'>;

/** What streams of one direction come to together, as far as all of them tell. */
export function sumFigures(streams: readonly Figures[], columns: readonly StatisticColumn[]) {
  return given({
    packets: sumPackets(streams.map(({ packets }) => packets)),
    retransmits: sumIfAll(streams.map(({ tcp }) => tcp?.retransmits)),
    statistics: sumStatistics(
      columns,
      streams.map(({ statistics }) => statistics),
    ),
  });
}

function sumOfSpans(spans: readonly (Span | null)[]): Span | null {
  const present = spans.filter((span) => span !== null);
  return present.length === spans.length && present.length > 0 ? unionOf(present) : null;
}
