/**
 * A segment on its way, and when it is sent again: at its timeout; at once when enough later ones were acknowledged (fast
 * resend, counted for each ack, as kcp-go does); and when one later one was, in a flush that has nothing new to send
 * (early resend, of kcp-go alone). Pure.
 */
import { beyond, HEADER_BYTES } from './segment.js';

export interface Outgoing {
  readonly number: number;
  /** Room for the header, then the payload. */
  readonly buffer: Buffer;
  /** With the header. */
  bytes: number;
  sentMs: number;
  dueMs: number;
  timeoutMs: number;
  sends: number;
  /** Acks of later segments since it was last sent. */
  passed: number;
}

/** What shows that it is lost. */
export type Cause = 'timeout' | 'fast' | 'early';

export function emptySegment(number: number, mtu: number): Outgoing {
  const buffer = Buffer.allocUnsafe(mtu);
  return { number, buffer, bytes: HEADER_BYTES, sentMs: 0, dueMs: 0, timeoutMs: 0, sends: 0, passed: 0 };
}

/** @param early whether the flush has nothing new to send. */
export function causeToResend(segment: Outgoing, nowMs: number, resend: number, early: boolean): Cause | undefined {
  if (nowMs >= segment.dueMs) return 'timeout';
  if (isLost(segment, resend)) return 'fast';
  return early && segment.passed > 0 ? 'early' : undefined;
}

export function isLost({ passed }: Outgoing, resend: number): boolean {
  return resend > 0 && passed >= resend;
}

/**
 * Counts for each segment in flight how many of `acked` are later, and yields those that some are. It goes no further
 * than the latest of these: its work is in proportion to the gaps before it, not to the window.
 * @param inFlight by number.
 * @param stampMs of the latest ack, wrapping: what was sent after that is not counted.
 */
export function* countPassed(inFlight: Iterable<Outgoing>, acked: number[], stampMs: number): Generator<Outgoing> {
  acked.sort(beyond);
  let earlier = 0;
  for (const segment of inFlight) {
    while (earlier < acked.length && beyond(acked[earlier] ?? 0, segment.number) < 0) earlier += 1;
    if (earlier === acked.length) return;
    if (beyond(segment.sentMs, stampMs) > 0) continue;
    segment.passed += acked.length - earlier;
    yield segment;
  }
}
