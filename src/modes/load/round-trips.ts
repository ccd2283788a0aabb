/** Round trips measured on the streams' own connections before a test loads them. */
import { waits } from '../../defaults/index.js';
import type { RttSummary } from '../../events/test.js';
import { type Clock, within } from '../../host/clock.js';
import type { Echo } from '../../transport/channel.js';

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
