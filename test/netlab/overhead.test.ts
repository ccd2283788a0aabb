/** What a test costs beside its time, in round trips: the path is so long that one of them stands out from all noise. */
import { expect, test } from 'vitest';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { labWithServer } from './lab-with-server.js';

/** Of the path, there and back. */
const roundTripMs = 200;

describeNeeding('over a long path', [networkNamespaces, program('nft', 'nftables')], () => {
  test.each([
    ['with latency', [], 4, 900],
    ['without latency', ['--no-latency'], 3, 700],
    ['back, with latency', ['-R'], 4, 900],
    ['of many streams', ['-P', '8'], 4, 900],
  ])('a test %s costs few round trips', async (_, args, roundTrips, machineMs) => {
    const { measure } = await labWithServer({ delayMs: roundTripMs / 2 });
    const beganAt = performance.now();
    const { end } = (await measure(['-t', '1', '-b', '1M', ...args])) as { end: { latency?: { idle: Idle } } };
    expect(performance.now() - beganAt - 1000).toBeLessThan(roundTrips * roundTripMs + machineMs);
    if (args.includes('--no-latency')) expect(end.latency).toBeUndefined();
    else expect(end.latency?.idle.samples).toBeGreaterThanOrEqual(10);
  });
});

interface Idle {
  readonly samples: number;
}
