/** Marks intervals whose bytes are the sender's count: the original's receiver reports none. Pure. */
import type { IntervalEvent } from '../../events/test.js';

export function withSenderCounts(event: IntervalEvent): IntervalEvent {
  const mark = <T extends { readonly sender: boolean }>(row: T) => (row.sender ? { ...row, senderCount: true } : row);
  return { ...event, streams: event.streams.map(mark), sums: event.sums.map(mark) };
}
