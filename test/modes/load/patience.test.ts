import { expect, it } from 'vitest';
import { waits } from '../../../src/defaults/index.js';
import { Patience } from '../../../src/modes/load/stream/patience.js';
import { FakeClock } from '../../support/fake-clock.js';

/** What is heard is of the far side's count, so many seconds after the start. */
async function waited(heard: readonly { readonly after: number; readonly far: number }[], late = 0): Promise<number> {
  const clock = new FakeClock();
  const patience = new Patience(clock);
  const begun = clock.now();
  for (const { after, far } of heard) {
    clock.advance(begun + after - clock.now());
    patience.heard(far);
  }
  clock.advance(begun + 10 - clock.now());
  let isOver = false;
  void patience.exhausted(clock.now(), 0.4).then(() => {
    isOver = true;
  });
  const from = clock.now();
  while (!isOver && clock.now() - from < 60) {
    clock.advance(0.01, late);
    await Promise.resolve();
  }
  return clock.now() - from;
}

it('waits as long as asked for a far side that is on time or silent', async () => {
  expect(await waited([])).toBeCloseTo(0.4, 1);
  expect(await waited([{ after: 1, far: 1 }])).toBeCloseTo(0.4, 1);
});

it('waits longer for one that began late, as the quickest of its words tell, but not for ever', async () => {
  const late = [
    { after: 1.9, far: 1 },
    { after: 2.6, far: 2 },
    { after: 4, far: 3 },
  ];
  expect(await waited(late)).toBeCloseTo(0.4 + 0.6, 1);
  expect(await waited([{ after: 9, far: 1 }])).toBeCloseTo(0.4 + waits.closeSeconds, 1);
});

it('holds nothing against a far side that is ahead, as after a start that came late to this end', async () => {
  expect(await waited([{ after: 1, far: 1.5 }])).toBeCloseTo(0.4, 1);
});

it('does not count time in which this process stood still', async () => {
  const clock = new FakeClock();
  let isOver = false;
  void new Patience(clock).exhausted(clock.now(), 0.4).then(() => {
    isOver = true;
  });
  clock.advance(0.1);
  clock.advance(20, 19.9);
  await Promise.resolve();
  expect(isOver).toBe(false);
  clock.advance(0.3);
  await Promise.resolve();
  expect(isOver).toBe(true);
});

it('leaves no timer behind', () => {
  const clock = new FakeClock();
  const patience = new Patience(clock);
  void patience.exhausted(clock.now(), 0.4);
  clock.advance(0.1);
  patience.stop();
  expect(clock.pending).toBe(0);
});
