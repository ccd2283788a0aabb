/** What the JSON reports say of packets: iperf3's keys, with our own beside them. */
import type { DirectionSum, StreamResult } from '../../events/load.js';
import { lostPercent, type PacketTotals } from '../../measure/packets/packets.js';

type Json = Record<string, unknown>;

/** As their receiver saw them, in an interval or a whole test; null where its figures did not arrive in time. */
export function packetsObject(figures: PacketTotals | undefined): Json {
  return {
    jitter_ms: figures?.jitterMs ?? null,
    lost_packets: figures?.lost ?? null,
    packets: figures?.packets ?? null,
    lost_percent: figures ? lostPercent(figures) : null,
    out_of_order: figures?.outOfOrder ?? null,
    duplicates: figures?.duplicates ?? null,
  };
}

/** Of the sender's side of a total. A sender knows neither jitter nor loss: iperf3 says 0. */
export function sentPacketsObject({ sent }: Pick<DirectionSum, 'sent'>, packetBytes: number): Json {
  const packets = sent && Math.floor(sent.bytes / packetBytes);
  return { jitter_ms: 0, lost_packets: 0, packets, lost_percent: 0 };
}

/** Of one stream: everything that is known of its packets. */
export function streamPacketsObject({ packets, pacing }: StreamResult): Json {
  return {
    ...packetsObject(packets),
    malformed: packets?.malformed ?? null,
    skipped_packets: pacing?.skipped ?? null,
    sender_late_seconds: pacing?.lateSeconds ?? null,
    delay_variation_ms: packets?.delay
      ? {
          median: packets.delay.medianMs,
          p95: packets.delay.p95Ms,
          p99: packets.delay.p99Ms,
          max: packets.delay.maxMs,
        }
      : null,
    gaps_ms: packets?.gaps ? { median: packets.gaps.medianMs, p99: packets.gaps.p99Ms, max: packets.gaps.maxMs } : null,
    socket_drops: packets?.socketDrops ?? null,
  };
}
