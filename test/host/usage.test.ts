import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startUsageMeter } from '../../src/host/usage.js';

function work(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('a meter tells processor time from its start, and how busy the loop was from when it counts', async () => {
  const meter = startUsageMeter();
  await pause(1);
  work(200);
  await pause(1);
  expect(meter.read().busy).toBe(0);
  meter.count();
  await pause(300);
  const { cpu, busy } = meter.read();
  expect(busy).toBeLessThan(0.3);
  expect(cpu.total).toBeGreaterThan(15);
});
