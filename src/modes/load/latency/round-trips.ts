/** Round trips measured on the streams' own connections before a test loads them. */
import { waits } from '../../../defaults/index.js';
import type { RttSummary } from '../../../events/load.js';
import { type Clock, within } from '../../../host/clock.js';
import type { Echo } from '../../../transport/channel.js';
import type { Connected } from '../../../transport/transport.js';
import { Pinger } from '../../ping/pinger.js';

/**
 * One ping after another, in turn over the streams. Undefined if none came back in time.
 * @param simulatedSeconds that a round trip is known to take longer.
 */
export async function measureRoundTrips(
  echoes: readonly Pick<Echo, 'ping'>[],
  clock: Clock,
  simulatedSeconds = 0,
): Promise<RttSummary | undefined> {
  const end = clock.now() + waits.rttBudgetSeconds;
  const samplesMs: number[] = [];
  for (let i = 0; i < waits.rttSamples && clock.now() < end; i++) {
    const echo = echoes[i % echoes.length];
    const ms = echo && (await pingUntil(echo, end + simulatedSeconds, clock));
    if (ms === undefined) break;
    samplesMs.push(ms);
  }
  return summaryOf(samplesMs);
}

/** Round trips on the first connection while the server is still asked for the test: on a long path they cost no time. */
export class OpeningRoundTrips {
  readonly #clock: Clock;
  readonly #samplesMs: number[] = [];
  /** Of the upgrade, and the kernel's own. */
  #openingMs: readonly number[] = [];
  #pinger: Pinger | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A channel without pings of its own is not measured yet. */
  begin({ channel, answeredMs }: Connected): void {
    const kernelUs = channel.kernel?.sample()?.rttUs;
    const opening = [answeredMs, kernelUs && kernelUs / 1000];
    this.#openingMs = opening.filter((ms) => ms !== undefined);
    if (!(channel as Partial<Echo>).ping) return;
    this.#pinger = new Pinger({
      ...{ echo: channel, clock: this.#clock, intervalSeconds: 0, count: waits.rttSamples },
      ...{ until: Number.POSITIVE_INFINITY, answerSeconds: waits.handshakeStepSeconds },
      onAnswer: (_seq, rttMs) => rttMs !== undefined && this.#samplesMs.push(rttMs),
    });
  }

  /**
   * Those that came back; where none has, the one that opened the connection stands for them, without the server's work
   * where the kernel tells it. Undefined where the path is so short that this program's own work of opening would be the
   * larger part: measuring anew costs nothing there.
   */
  end(): RttSummary | undefined {
    this.#pinger?.stop();
    const leastMs = Math.min(...this.#samplesMs, ...this.#openingMs);
    if (isShort(leastMs) || leastMs === Number.POSITIVE_INFINITY) return undefined;
    return summaryOf(this.#samplesMs.length > 0 ? this.#samplesMs : [leastMs]);
  }
}

/** Whether on a path whose quickest round trip takes so long this program's own work of opening is the larger part of others. */
export function isShort(leastMs: number): boolean {
  return leastMs * waits.rttSamples <= 1000 * waits.rttAnewSeconds;
}

export function summaryOf(samplesMs: readonly number[]): RttSummary | undefined {
  if (samplesMs.length === 0) return undefined;
  return {
    samples: samplesMs.length,
    minMs: Math.min(...samplesMs),
    avgMs: samplesMs.reduce((a, b) => a + b) / samplesMs.length,
    maxMs: Math.max(...samplesMs),
  };
}

/** The first ping may take longer than the budget, so that a slow path is still measured. */
function pingUntil(echo: Pick<Echo, 'ping'>, end: number, clock: Clock): Promise<number | undefined> {
  const seconds = Math.max(waits.rttBudgetSeconds, end - clock.now());
  return within(clock, seconds, echo.ping(), () => new Error('no pong')).catch(() => undefined);
}
