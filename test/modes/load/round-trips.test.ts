/** Round trips of the opening: told where the path is long, measured anew where it is short. */
import { describe, expect, it } from 'vitest';
import { OpeningRoundTrips } from '../../../src/modes/load/latency/round-trips.js';
import type { Connected } from '../../../src/transport/transport.js';
import { FakeClock } from '../../support/fake-clock.js';

/** A connection whose pings take so long, one each; those beyond are never answered. */
function connected(answeredMs: number, pingsMs: readonly number[] = [], kernelMs?: number): Connected {
  const left = [...pingsMs];
  const ping = () => {
    const ms = left.shift();
    return ms === undefined ? new Promise<number>(() => {}) : Promise.resolve(ms);
  };
  const kernel = { sample: () => (kernelMs === undefined ? undefined : { rttUs: kernelMs * 1000 }) };
  return { channel: { ping, kernel }, subprotocol: 'wperf.v1', answeredMs } as unknown as Connected;
}

async function roundTripsOf(connection: Connected) {
  const opening = new OpeningRoundTrips(new FakeClock());
  opening.begin(connection);
  await new Promise((resolve) => setImmediate(resolve));
  return opening.end();
}

describe('round trips of the opening', () => {
  it('are those that came back in time', async () => {
    expect(await roundTripsOf(connected(90, [40, 50]))).toEqual({ samples: 2, minMs: 40, avgMs: 45, maxMs: 50 });
  });

  it('are that of the upgrade where none came back', async () => {
    expect(await roundTripsOf(connected(300))).toMatchObject({ samples: 1, minMs: 300, avgMs: 300 });
  });

  it('are the kernel’s where none came back and the server was slow to answer', async () => {
    expect(await roundTripsOf(connected(70, [], 41))).toEqual({ samples: 1, minMs: 41, avgMs: 41, maxMs: 41 });
  });

  it.each([
    ['pings', connected(12, [9, 0.1, 4])],
    ['the upgrade', connected(2)],
    ['the kernel', connected(7, [], 0.1)],
  ])('are measured anew where %s show a short path', async (_what, connection) => {
    expect(await roundTripsOf(connection)).toBeUndefined();
  });

  it('are not told before there is one', () => {
    expect(new OpeningRoundTrips(new FakeClock()).end()).toBeUndefined();
  });
});
