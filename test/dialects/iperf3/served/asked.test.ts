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
