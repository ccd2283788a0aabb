import { expect, it } from 'vitest';
import type { TcpSample } from '../../src/measure/tcp.js';
import { TcpGathering } from '../../src/measure/tcp.js';

const sample = (retransmits: number, rttUs = 100, cwndBytes = 1000): TcpSample => ({
  ...{ retransmits, rttUs, cwndBytes },
  ...{ sndWndBytes: 5, sinceAckMs: 0, rttVarUs: 1, pathMtu: 1500, reorder: 3, mss: 1448 },
});

it('gives each interval its own retransmissions, and the test all of them', () => {
  const gathering = new TcpGathering(sample(7));
  expect(gathering.add(sample(10)).retransmits).toBe(3);
  gathering.look(sample(12, 400, 9000));
  expect(gathering.add(sample(13, 250)).retransmits).toBe(3);
  expect(gathering.summary()).toMatchObject({ retransmits: 6, minRttUs: 100, maxRttUs: 400, maxCwndBytes: 9000 });
  expect(gathering.summary().meanRttUs).toBe(Math.round((100 + 100 + 400 + 250) / 4));
});

it('leaves out the retransmissions of the omitted beginning', () => {
  const gathering = new TcpGathering(sample(0));
  gathering.add(sample(5));
  gathering.forgetRetransmits();
  gathering.add(sample(9));
  expect(gathering.summary().retransmits).toBe(4);
});
