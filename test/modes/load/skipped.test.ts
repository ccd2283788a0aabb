import { expect, it } from 'vitest';
import { datagramLoad } from '../../../src/modes/load/stream/datagram.js';
import type { Data, LoadWriter, Stamp } from '../../../src/transport/channel.js';
import { FakeClock } from '../../support/fake-clock.js';
import { shortTest } from '../../support/plans.js';

it('packets that are skipped are among those that the sender says there were', async () => {
  const clock = new FakeClock();
  const said: number[] = [];
  let taken = () => {};
  const writer = (stamp: Stamp = () => {}): LoadWriter => ({
    ...{ blockBytes: 1000, maxBytes: 1000, takenBytes: 0, limitUnsent: () => {} },
    write: (bytes, done) => {
      for (let i = 0; i < bytes / 1000; i++) stamp(new Uint8Array(24));
      taken = done;
    },
  });
  const data = { loadWriter: (_bytes: number, _most: number, stamp?: Stamp) => writer(stamp) } as unknown as Data;
  const test = { ...shortTest, mode: 'datagram', blockBytes: 1000, bitsPerSecond: 800_000, seconds: 2 } as const;
  const say = (packets: number) => said.push(packets);
  const sender = datagramLoad.send(data, { test, clock, roundTripSeconds: 0, maxBytes: 1000, saySent: say });
  clock.advance(1);
  taken();
  clock.advance(2);
  await sender.finished;
  expect(sender.pacing?.skipped).toBeGreaterThan(150);
  expect(said).toEqual([sender.packets]);
  expect(sender.packets).toBeGreaterThanOrEqual(195);
});
