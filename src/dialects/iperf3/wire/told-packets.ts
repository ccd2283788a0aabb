/** What the receiving end of an iperf3 test tells of packets, whatever its version. Pure. */
import type { PacketTotals } from '../../../measure/packets/packets.js';
import type { StreamResults } from './results.js';

/**
 * Bytes leave the beginning out; packets and losses hold it, and not before 3.14 is told how much of it. All packets are
 * of one size: those that came and count are the bytes' worth. Late ones that nobody had missed may make losses negative.
 */
export function toldPackets(stream: StreamResults, packetBytes: number): PacketTotals {
  const { bytes, errors, omittedErrors = 0, packets, omittedPackets, jitterSeconds } = stream;
  const lost = Math.max(0, errors - omittedErrors);
  const due = omittedPackets === undefined ? Math.round(bytes / packetBytes) + lost : packets - omittedPackets;
  return { packets: Math.max(due, lost), lost, jitterMs: 1000 * jitterSeconds };
}
