/** What the two ends of a KCP conversation agree on beforehand, since the protocol itself has no words for it. */

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
