/** What the two ends of a KCP conversation agree on beforehand, since the protocol itself has no words for it. */
import { kcp } from '../../defaults/index.js';
import type { TransportSettings } from '../load-transport.js';

export interface KcpSettings {
  /** Of the conversation, 32 bits. */
  readonly conv: number;
  /** The largest datagram in bytes, without the headers of UDP and IP. */
  readonly mtu: number;
  /** Segments in flight at most; a power of two up to 32,768 is usual. */
  readonly sendWindow: number;
  /** Segments that may wait here, out of order or unread; the wire has 16 bits for it. */
  readonly receiveWindow: number;
  /** Between two flushes that nothing else brings about; well below 30 ms, or acks come too late for the timeouts. */
  readonly intervalMs: number;
  /** So many acks of later segments have one resent before its timeout; 0 is never. */
  readonly resend: number;
  /** Timeouts from 30 ms on instead of 100, which grow by half of one instead of a whole one. */
  readonly noDelay: boolean;
  /** With a congestion window, as TCP has one. */
  readonly congestion: boolean;
  /** Of the first segment in each direction, where it is not 0 as in every known peer. */
  readonly firstNumber?: number;
}

/** By the names that a hello has for them; what is not asked for is as usual. */
export function kcpSettings(asked: TransportSettings, conv: number): KcpSettings {
  const all: Record<keyof typeof kcp.defaults, number> = { ...kcp.defaults, ...asked };
  const { mtu, sendWindow, receiveWindow, interval, resend, noDelay, congestion } = all;
  return {
    ...{ conv, mtu, sendWindow, receiveWindow, intervalMs: interval, resend },
    ...{ noDelay: noDelay === 1, congestion: congestion === 1 },
  };
}

/** The first that is unknown or out of range. */
export function flawOfSettings(asked: TransportSettings): string | undefined {
  for (const [name, value] of Object.entries(asked)) {
    const range = Object.hasOwn(kcp.limits, name) ? kcp.limits[name as keyof typeof kcp.limits] : undefined;
    if (!range) return `there is no setting ${name}`;
    if (!Number.isInteger(value) || value < range.min || value > range.max)
      return `${name} ${value} is not a whole number from ${range.min} to ${range.max}`;
  }
  return undefined;
}
