/** What a server of the original makes of the packets that it was sent: one text, behind the client's last. */
import { attempt } from '../../../given.js';
import { lostPercent, type PacketTotals } from '../../../measure/packets/packets.js';
import { integer, number, record } from '../../../protocol/shape.js';
import { parseObject } from './wire.js';

export function figuresText(figures: PacketTotals): string {
  return JSON.stringify({
    jitter_ms: figures.jitterMs,
    lost_packets: figures.lost,
    total_packets: figures.packets,
    loss_percent: lostPercent(figures),
  });
}

/**
 * Undefined for a text that tells no figures, or what cannot be true of `sent` packets. All that was sent came before the
 * text, whose total ends with the last packet that arrived: those after it are lost, too.
 */
export function parseFigures(text: string, sent: number): PacketTotals | undefined {
  const shape = record({
    jitter_ms: number(0, Number.MAX_SAFE_INTEGER),
    lost_packets: integer(0, sent),
    total_packets: integer(0, sent),
  });
  const figures = attempt(() => shape(parseObject(text), ''));
  if (figures === undefined) return undefined;
  const { jitter_ms: jitterMs, lost_packets: lost, total_packets: packets } = figures;
  return lost <= packets ? { jitterMs, lost: lost + sent - packets, packets: sent } : undefined;
}
