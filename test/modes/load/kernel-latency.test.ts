/** Latency by the kernel's own round trips. */
import { expect, it } from 'vitest';
import { KernelLatency, kernelRoundTrips } from '../../../src/modes/load/latency/kernel-latency.js';
import type { KernelView } from '../../../src/transport/channel.js';
import { FakeClock } from '../../support/fake-clock.js';

function linkOf(us: () => number | undefined, sinceAckMs = () => 0) {
  const sample = () => {
    const rttUs = us();
    return rttUs === undefined ? undefined : ({ rttUs, sinceAckMs: sinceAckMs() } as ReturnType<KernelView['sample']>);
  };
  return { kernel: { sample } as KernelView };
}

it('is idle before the load and loaded under it, the omitted beginning left out', () => {
  const clock = new FakeClock();
  let us = 1000;
  const latency = new KernelLatency(clock, [linkOf(() => us), linkOf(() => us)]);
  us = 500_000;
  latency.measureLoaded({ omitSeconds: 1 });
  clock.advance(1.05);
  us = 21_000;
  clock.advance(1);
  const report = latency.finish();
  expect(report).toMatchObject({ source: 'kernel', loadedDown: null, bufferbloatMs: 20 });
  expect(report?.idle?.medianMs).toBe(1);
  expect(report?.loadedUp).toMatchObject({ medianMs: 21, maxMs: 21 });
  expect(clock.pending).toBe(0);
});

it('takes no round trip twice where nothing is acknowledged any more', () => {
  const clock = new FakeClock();
  let [us, sinceAckMs] = [20_000, 0];
  const latency = new KernelLatency(clock, [
    linkOf(
      () => us,
      () => sinceAckMs,
    ),
  ]);
  latency.measureLoaded({ omitSeconds: 0 });
  clock.advance(1.05);
  [us, sinceAckMs] = [300_000, 200];
  clock.advance(10);
  expect(latency.finish()?.loadedUp).toMatchObject({ medianMs: 20, maxMs: 20 });
});

it('is nothing where no kernel tells', () => {
  const latency = new KernelLatency(new FakeClock(), [linkOf(() => undefined), {}]);
  expect(latency.finish()).toBeUndefined();
  expect(kernelRoundTrips([linkOf(() => 0), {}])).toBeUndefined();
  expect(kernelRoundTrips([linkOf(() => 2000), linkOf(() => 4000)])).toEqual({
    samples: 2,
    minMs: 2,
    avgMs: 3,
    maxMs: 4,
  });
});
