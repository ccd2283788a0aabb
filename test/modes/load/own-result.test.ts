import { expect, it } from 'vitest';
import { bounds } from '../../../src/defaults/index.js';
import { noUsage } from '../../../src/measure/usage.js';
import { ownResult } from '../../../src/modes/load/stream/own-result.js';
import { startReceiving } from '../../../src/modes/load/stream/receiving.js';
import type { StreamLink } from '../../../src/modes/load/stream/talk.js';
import { throughputLoad } from '../../../src/modes/load/stream/throughput.js';
import { FakeClock } from '../../support/fake-clock.js';
import { shortTest } from '../../support/plans.js';

const packets = { packets: 10, lost: 3, outOfOrder: 0, duplicates: 0, jitterMs: 0.1, malformed: 0 };
const stream = { data: {}, link: {} } as StreamLink;
const counted = { sent: undefined, received: undefined, sender: undefined, usage: noUsage, known: {} };

it('tells losses of the socket with the packets, at this end and to the far one', () => {
  const counts = { stalledSeconds: 0, socketDrops: 2, refusedDatagrams: 4 };
  const { outcome, message } = ownResult({ ...counted, packets, counts }, { stream });
  expect([outcome.refusedDatagrams, message.refusedDatagrams]).toEqual([4, 4]);
  expect([outcome.packets, message.packets]).toEqual(Array(2).fill({ ...packets, socketDrops: 2 }));
  expect(outcome).not.toHaveProperty('stalledSeconds');
});

it('has the report made of its own figures, and sends no more of it than is taken', () => {
  const counts = { stalledSeconds: 0.5 };
  const output = ({ stalledSeconds = 0 }: { stalledSeconds?: number }) => `${stalledSeconds}`.padEnd(2 ** 20);
  const { message } = ownResult({ ...counted, packets: undefined, counts }, { stream, output });
  expect(message.output?.startsWith('0.5')).toBe(true);
  expect(message.output?.length).toBe(bounds.serverOutputBytes);
});

it.each([true, undefined])('a receiver has its load copied where that is asked for: %s', (rxCopy) => {
  let copies = 0;
  const data = { copyLoad: () => copies++ };
  const clock = new FakeClock();
  const test = { ...shortTest, ...(rxCopy && { rxCopy }) };
  const options = { stream: { ...stream, data } as unknown as StreamLink, test, ownTest: test, clock };
  startReceiving(throughputLoad, { ...options, onInterval: () => {} }).stop();
  expect(copies).toBe(rxCopy ? 1 : 0);
});
