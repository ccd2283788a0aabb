/** What a server of the original makes of the packets that it was sent: one text, behind the client's last. */
import { legacy } from '../../defaults/index.js';
import type { Cancel, Clock } from '../../host/clock.js';
import { lostPercent, type PacketTotals } from '../../measure/packets.js';
import { integer, number, record } from '../../protocol/shape.js';
import { parseObject } from './wire.js';

export function figuresText(figures: PacketTotals): string {
  return JSON.stringify({
    jitter_ms: figures.jitterMs,
    lost_packets: figures.lost,
    total_packets: figures.packets,
    loss_percent: lostPercent(figures),
  });
}

/** Undefined for a text that tells no figures, or what cannot be true of `sent` packets. */
export function parseFigures(text: string, sent: number): PacketTotals | undefined {
  const shape = record({
    jitter_ms: number(0, Number.MAX_SAFE_INTEGER),
    lost_packets: integer(0, sent),
    total_packets: integer(0, sent),
  });
  try {
    const figures = shape(parseObject(text), '');
    const { jitter_ms: jitterMs, lost_packets: lost, total_packets: packets } = figures;
    return lost <= packets ? { jitterMs, lost, packets } : undefined;
  } catch {
    return undefined;
  }
}

/** Waits for the figures, no longer than `legacy.figuresSeconds`. */
export class AwaitedFigures {
  /** Undefined when they did not come in time, or could not be true. */
  readonly told: Promise<PacketTotals | undefined>;
  readonly #sent: number;
  readonly #cancel: Cancel;
  #settle: (figures: PacketTotals | undefined) => void = () => {};

  constructor(clock: Clock, sent: number) {
    this.#sent = sent;
    this.told = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#cancel = clock.at(clock.now() + legacy.figuresSeconds, () => this.#settle(undefined));
  }

  take(text: string): void {
    this.#cancel();
    this.#settle(parseFigures(text, this.#sent));
  }

  /** They will not come. */
  giveUp(): void {
    this.#cancel();
    this.#settle(undefined);
  }
}
