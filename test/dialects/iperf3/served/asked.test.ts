import { expect, it } from 'vitest';
import { streamTests } from '../../../../src/dialects/iperf3/served/asked.js';
import { readParams } from '../../../../src/dialects/iperf3/wire/params.js';

it.each([
  [{ time: 86_400 }, undefined],
  [{ time: 0 }, true],
  [{ time: 0, num: 1000 }, true],
])('a test of %j is told from one without an end', (asked, untimed) => {
  const [test] = streamTests(readParams({ tcp: true, parallel: 1, ...asked }));
  expect([test?.seconds, test?.untimed]).toEqual([86_400, untimed]);
});

it.each([
  [undefined, 1],
  [0, 1],
  [0.5, 0.5],
  [10, 1],
])('intervals of a server with -i %s are of %d s, and a longer one is made of those', (asked, seconds) => {
  const [test] = streamTests(readParams({ tcp: true, time: 1, parallel: 1 }), asked);
  expect(test?.intervalSeconds).toBe(seconds);
});

it.each([
  [{}, [131_072]],
  [{ reverse: true }, [2500]],
  [{ bidirectional: true }, [131_072, 2500]],
  [{ len: 1000 }, [1000]],
])('blocks of %j at a low rate are those of who sends them', (asked, blocks) => {
  const tests = streamTests(readParams({ tcp: true, time: 1, parallel: 1, bandwidth: 1e6, len: 131_072, ...asked }));
  expect(tests.map(({ blockBytes }) => blockBytes)).toEqual(blocks);
});

it.each([
  [{}, 0],
  [{ bandwidth: 5e6 }, 5e6],
  [{ fqrate: 5e6 }, 5e6],
  [{ bandwidth: 0, fqrate: 5e6 }, 5e6],
  [{ bandwidth: 3e6, fqrate: 5e6 }, 3e6],
  [{ bandwidth: 7e6, fqrate: 5e6 }, 5e6],
])('the ceiling of %j is %i', (asked, rate) => {
  for (const way of [{}, { reverse: true }, { bidirectional: true }]) {
    const tests = streamTests(readParams({ tcp: true, time: 1, parallel: 2, ...asked, ...way }));
    expect(new Set(tests.map(({ bitsPerSecond }) => bitsPerSecond))).toEqual(new Set([rate]));
  }
});
