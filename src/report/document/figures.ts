/** What a document says of each direction of its test. Pure. */
import type { Direction } from '../../plan/plan.js';
import type { Summary } from './fields.js';
import type { Row, TestDocument } from './shape.js';

export interface DirectionFigures {
  readonly direction: Direction;
  /** Absent where there are no totals. */
  readonly sent: Row | undefined;
  readonly received: Row | undefined;
  /** Over all streams; those that count, in order. A sum that lacks a stream is not there. */
  readonly intervals: readonly Row[];
  readonly streams: readonly StreamFigures[];
  readonly loaded: Summary | undefined;
  /** What this way queued of the round trips under load. */
  readonly queued: Summary | undefined;
}

export interface StreamFigures {
  readonly id: number;
  readonly sent: Row | undefined;
  readonly received: Row | undefined;
}

/** Up first; none of a test that never began. */
export function directionsOf({ start: { test_start: test } }: TestDocument): Direction[] {
  if (test === undefined) return [];
  if (test.bidir === 1) return ['up', 'down'];
  return [test.reverse === 1 ? 'down' : 'up'];
}

export function figuresOf(document: TestDocument): DirectionFigures[] {
  const directions = directionsOf(document);
  return directions.map((direction, i) => {
    const { end } = document;
    const latency = end.latency;
    return {
      direction,
      sent: i === 0 ? end.sum_sent : end.sum_sent_bidir_reverse,
      received: i === 0 ? end.sum_received : end.sum_received_bidir_reverse,
      intervals: sumsOf(document, i).filter((sum) => !sum.omitted),
      streams: streamsOf(document, direction),
      loaded: direction === 'up' ? latency?.loaded_up : latency?.loaded_down,
      queued: direction === 'up' ? latency?.queue_up : latency?.queue_down,
    };
  });
}

/** Those of intervals, of the first or the second direction. */
function sumsOf({ intervals }: TestDocument, index: number): Row[] {
  return intervals.flatMap((interval) => (index === 0 ? interval.sum : interval.sum_bidir_reverse) ?? []);
}

/** Which way the load of a row goes. */
export function wayOf({ start: { role = 'client' } }: TestDocument, { sender = true }: Row): Direction {
  return sender === (role === 'client') ? 'up' : 'down';
}

function streamsOf(document: TestDocument, direction: Direction): StreamFigures[] {
  const all = document.end.streams ?? [];
  return all.flatMap(({ sender, receiver, udp }) => {
    const received = receiver ?? udp;
    const [any] = [received ?? sender].filter((row) => row !== undefined);
    if (any === undefined || wayOf(document, any) !== direction) return [];
    return [{ id: any.socket ?? 0, sent: sender, received }];
  });
}

/** Both ends have a share in a datagram test, and packets in every figure. */
export function isDatagram({ start }: TestDocument): boolean {
  return start.test_start?.protocol === 'UDP';
}

export const wayNames = { up: 'Upload', down: 'Download' } as const;
