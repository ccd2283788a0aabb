/** Packets that the far end of an iperf3 test has received, as a client and a server read them from its results. */
import { describe, expect, it } from 'vitest';
import { farResult } from '../../../../src/dialects/iperf3/client/figures.js';
import { farResultOf } from '../../../../src/dialects/iperf3/served/figures.js';
import type { Results, StreamResults } from '../../../../src/dialects/iperf3/wire/results.js';
import type { Direction, TestPlan } from '../../../../src/plan/plan.js';

const PACKET_BYTES = 1000;

function testOf(direction: Direction): TestPlan {
  return {
    ...{ mode: 'datagram', direction, streams: 1, seconds: 2, omitSeconds: 1, blockBytes: PACKET_BYTES },
    ...{ bitsPerSecond: 1e6, intervalSeconds: 1 },
  };
}

const ends = {
  'a client': (far: Results) => farResult(far, { sends: 1 }, testOf('up'), { seconds: 2, idleSeconds: 0 }),
  'a server': (far: Results) => {
    const word = { type: 'result', cpu: far.cpu, busy: 0 } as const;
    const omitted = { packets: 0, errors: 0 };
    return farResultOf(far, { id: 1, test: testOf('down'), word, omitted, sentPackets: 300 });
  },
};

/** 100 packets went in the beginning that is left out, and 200 after it, of which 5 were lost. */
const versions: Record<string, Partial<StreamResults>> = {
  'before 3.14': { packets: 300, errors: 5 },
  'from 3.14 on': { packets: 300, errors: 7, omittedPackets: 100, omittedErrors: 2 },
};

describe.each(Object.entries(ends))('%s leaves out what -O does', (_end, read) => {
  it.each(Object.entries(versions))('of packets that a version %s has received', (_version, told) => {
    const stream = { id: 1, bytes: 195 * PACKET_BYTES, jitterSeconds: 0.002, errors: 0, packets: 0, ...told };
    const far = { cpu: { total: 1, user: 1, system: 0 }, senderHasRetransmits: -1, streams: [stream] };
    expect(read(far).packets).toEqual({ packets: 200, lost: 5, jitterMs: 2 });
  });

  it('and takes losses below 0, of packets that were late, for none', () => {
    const stream = { id: 1, bytes: 3 * PACKET_BYTES, jitterSeconds: 0, errors: -2, packets: 3, omittedPackets: 0 };
    const far = { cpu: { total: 1, user: 1, system: 0 }, senderHasRetransmits: -1, streams: [stream] };
    expect(read(far).packets).toMatchObject({ packets: 3, lost: 0 });
  });
});
