/**
 * The receiving end of the original's datagram test: counts packets until the client ends, and answers with jitter and
 * loss. Liveness: the receiver's deadline, the silence of the client and the wait for its first packet bound it.
 */
import { WperfError } from '../../errors.js';
import type { Cancel, Clock } from '../../host/clock.js';
import { startUsageMeter } from '../../host/usage.js';
import type { PacketFigures } from '../../measure/packets.js';
import type { Span } from '../../measure/span.js';
import type { IntervalRecord } from '../../measure/timeline.js';
import type { StreamReport } from '../../modes/load/figures.js';
import type { TestPlan } from '../../plan/plan.js';
import { PacketReceiver } from '../../traffic/packet-receiver.js';
import { type Standstill, watchStandstill } from '../../traffic/standstill.js';
import { figuresText } from './figures.js';
import { boundFirstLoad, watchLife } from './life.js';
import type { Link } from './link.js';
import type { LegacyOutcome } from './load.js';
import { endOf } from './wire.js';

export interface PacketCountOptions {
  readonly link: Link;
  readonly test: TestPlan;
  readonly clock: Clock;
  readonly stop: AbortSignal;
  readonly onInterval: (report: StreamReport) => void;
}

export class PacketCount {
  readonly #options: PacketCountOptions;
  readonly #receiver: PacketReceiver;
  readonly #usage = startUsageMeter();
  #standstill: Standstill | undefined;
  readonly #cancels: Cancel[] = [];
  #peerEnded = false;
  #cutOff = false;
  #ended: LegacyOutcome['ended'];

  /** Takes the link's turn, and is ready for packets at once. */
  constructor(options: PacketCountOptions) {
    const { link, test, clock } = options;
    this.#options = options;
    const onInterval = (record: IntervalRecord, packets: PacketFigures) =>
      options.onInterval({ sender: false, record, packets });
    this.#receiver = new PacketReceiver(link.channel, { ...test, clock, onInterval });
  }

  async run(): Promise<LegacyOutcome> {
    const { link } = this.#options;
    try {
      const received = await Promise.race([this.#receiver.finished, this.#failure()]);
      link.say(figuresText(this.#receiver.packets));
      return this.#outcome(received);
    } finally {
      for (const cancel of this.#cancels) cancel();
      this.#receiver.stop();
      link.onText = () => {};
      link.channel.packets = () => {};
    }
  }

  /** Once the run has failed: what this end knows nevertheless. */
  async remains(): Promise<LegacyOutcome> {
    return this.#outcome(await this.#receiver.finished);
  }

  #outcome(received: Span): LegacyOutcome {
    const { packets } = this.#receiver;
    const usage = this.#usage.read();
    const stalledSeconds = this.#standstill?.seconds ?? 0;
    const outcome = { received, packets, usage, peerEnded: this.#peerEnded, cutOff: this.#cutOff };
    return {
      ...outcome,
      ...(stalledSeconds > 0 && { stalledSeconds }),
      ...(this.#ended && { ended: this.#ended }),
    };
  }

  /** Rejects with what ends the test without a result; what ends it with one stops the receiver. */
  #failure(): Promise<never> {
    const { link, clock, stop } = this.#options;
    const standstill = watchStandstill(clock);
    this.#standstill = standstill;
    this.#cancels.push(() => standstill.stop());
    const onStop = () => this.#end(stop.reason === 'shutdown' ? 'shutdown' : 'interrupted');
    stop.addEventListener('abort', onStop, { once: true });
    this.#cancels.push(() => stop.removeEventListener('abort', onStop));
    if (stop.aborted) onStop();
    link.onClosed = () => {
      this.#cutOff = !this.#peerEnded;
      this.#end('interrupted');
    };
    return new Promise((_, reject) => {
      this.#cancels.push(watchLife(link, clock, reject));
      this.#cancels.push(boundFirstLoad(link, clock, () => this.#receiver.begun, reject));
      link.onText = (text) => {
        this.#peerEnded = text === endOf.client;
        if (this.#peerEnded) this.#receiver.stop();
        else reject(new WperfError('protocol-violation', `${link.peer} sent a text where packets were due`));
      };
    });
  }

  #end(reason: LegacyOutcome['ended'] & string): void {
    if (!this.#receiver.begun || !this.#peerEnded) this.#ended ??= reason;
    this.#receiver.stop();
  }
}
