import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startUsageMeter } from '../../src/host/usage.js';

function work(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('a meter tells processor time from its start, and how busy the loop was from when it counts', async () => {
  const [whole, late] = [startUsageMeter(), startUsageMeter()];
  whole.count();
  await pause(1);
  work(200);
  await pause(1);
  expect(late.read().busy).toBe(0);
  late.count();
  await pause(300);
  const [before, after] = [whole.read(), late.read()];
  expect(before.busy).toBeGreaterThan(0.3);
  expect(after.busy).toBeLessThan(before.busy);
  expect(after.cpu.total).toBeGreaterThan(0.5);
});
