import { expect, it } from 'vitest';
import { PacketBudget } from '../../../src/modes/route/desk/budget.js';
import { FakeClock } from '../../support/fake-clock.js';

it('what is being sent counts in full, what was sent counts for a minute', () => {
  const clock = new FakeClock();
  const budget = new PacketBudget(100, clock);
  const first = budget.reserve(60);
  expect(first).toBeDefined();
  expect(budget.reserve(41)).toBeUndefined();
  const second = budget.reserve(40);
  clock.advance(300);
  expect(budget.reserve(1)).toBeUndefined();
  first?.settle(10);
  expect(budget.reserve(51)).toBeUndefined();
  const third = budget.reserve(50);
  second?.settle(40);
  third?.settle(50);
  expect(budget.waitSeconds).toBe(60);
  clock.advance(59.9);
  expect(budget.reserve(1)).toBeUndefined();
  expect(budget.waitSeconds).toBeCloseTo(0.1);
  clock.advance(0.1);
  expect(budget.reserve(100)).toBeDefined();
});

it('never lets more than its packets out within any minute', () => {
  const clock = new FakeClock();
  const budget = new PacketBudget(1000, clock);
  const sent: { at: number; packets: number }[] = [];
  for (let round = 0; round < 500; round++) {
    const asked = 1 + ((round * 37) % 90);
    const reservation = budget.reserve(asked);
    clock.advance(0.5);
    if (!reservation) continue;
    const packets = Math.ceil(asked / (1 + (round % 3)));
    reservation.settle(packets);
    sent.push({ at: clock.now(), packets });
  }
  for (const { at } of sent) {
    const inMinute = sent.filter((one) => one.at > at - 60 && one.at <= at);
    expect(inMinute.reduce((sum, { packets }) => sum + packets, 0)).toBeLessThanOrEqual(1000);
  }
  expect(sent.length).toBeGreaterThan(50);
});
