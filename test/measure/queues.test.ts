import { describe, expect, it } from 'vitest';
import { queueReport, queuesOf, type RoundTripMoments } from '../../src/measure/latency/queues.js';

/** A path of 10 ms each way, to an end whose clock is an hour ahead and runs faster by `driftPerSecond` milliseconds. */
function trip(atSeconds: number, upMs: number, downMs: number, driftPerSecond = 0): RoundTripMoments {
  const sentMs = atSeconds * 1000;
  const farMs = sentMs + 10 + upMs + 3_600_000 + driftPerSecond * atSeconds;
  return { sentMs, farMs, arrivedMs: sentMs + 20 + upMs + downMs };
}

const idle = [trip(0, 0.5, 0.25), trip(0.1, 0, 0), trip(0.2, 0.25, 0.75)];
const waits = (trips: readonly RoundTripMoments[]) => queuesOf(trips).map(({ upMs, downMs }) => [upMs, downMs]);

describe('queues each way', () => {
  it('are told apart by two clocks that do not agree', () => {
    expect(waits([...idle, trip(1, 100, 0), trip(1.1, 0, 60), trip(1.2, 80, 40)])).toEqual([
      [0.5, 0.25],
      [0, 0],
      [0.25, 0.75],
      [100, 0],
      [0, 60],
      [80, 40],
    ]);
  });

  it.each([-0.05, 0.05])('stay within their round trips when clocks drift by %d ms a second', (drift) => {
    // Ten minutes: 30 ms of drift, more than the whole wait of 20 ms.
    const trips = Array.from({ length: 600 }, (_, second) => trip(second, 0, second % 2 === 0 ? 0 : 20, drift));
    for (const [i, { upMs, downMs }] of queuesOf(trips).entries()) {
      expect(upMs + downMs).toBeCloseTo(i % 2 === 0 ? 0 : 20, 6);
      // Every second round trip tells the clocks' difference anew.
      expect(upMs).toBeLessThan(0.06);
      expect(upMs).toBeGreaterThanOrEqual(0);
      expect(downMs).toBeGreaterThanOrEqual(0);
    }
  });

  it.each([Number.MAX_VALUE, 0, 1e15])(
    'are no more than the round trip has, whatever clock the far end makes up',
    (farMs) => {
      for (const { upMs, downMs } of queuesOf([...idle, { sentMs: 1000, farMs, arrivedMs: 1050 }])) {
        expect(Math.min(upMs, downMs)).toBeGreaterThanOrEqual(0);
        expect(upMs + downMs).toBeLessThanOrEqual(30);
      }
    },
  );

  it('are summed up each way, and not at all of nothing', () => {
    const { queueUp, queueDown } = queueReport(queuesOf([...idle, trip(1, 100, 0), trip(2, 80, 40)]).slice(3));
    expect([queueUp?.samples, queueUp?.medianMs, queueDown?.minMs, queueDown?.maxMs]).toEqual([2, 90, 0, 40]);
    expect(queueReport(queuesOf([]))).toEqual({});
  });
});
