import { expect, it } from 'vitest';
import type { TcpSample } from '../../../src/measure/tcp.js';
import { SenderFigures } from '../../../src/modes/load/stream/sender/sender-figures.js';
import type { Link } from '../../../src/transport/channel.js';

/** Of which each look finds ten more segments sent anew, by kernel and transport alike. */
function busyLink(): Link {
  let looks = 0;
  const sample = (): TcpSample => ({
    ...{ retransmits: 10 * looks++, cwndBytes: 0, sndWndBytes: 0, rttUs: 2000, rttVarUs: 0, pathMtu: 0 },
    ...{ sinceAckMs: 0, reorder: 0, mss: 0 },
  });
  let reads = 0;
  return {
    kernel: { sample },
    columns: [{ key: 'resent', title: 'Resent', kind: 'count' }],
    statistics: () => ({ resent: 10 * reads++ }),
  } as unknown as Link;
}

it('cuts what is known into intervals, and leaves the omitted beginning out of the whole', () => {
  const figures = new SenderFigures(busyLink());
  expect(figures.roundTripSeconds).toBe(0.002);
  for (const omitted of [true, true, false]) {
    expect(figures.cut(omitted)).toMatchObject({ tcp: { retransmits: 10 }, statistics: { resent: 10 } });
  }
  figures.look();
  expect(figures.tcp?.retransmits).toBe(20);
  expect(figures.statistics).toEqual({ resent: 20 });
});

it('knows nothing of a connection that nobody tells of', () => {
  const figures = new SenderFigures({} as Link);
  expect(figures.cut(false)).toEqual({});
  figures.look();
  expect([figures.roundTripSeconds, figures.tcp, figures.statistics]).toEqual([0, undefined, undefined]);
});
