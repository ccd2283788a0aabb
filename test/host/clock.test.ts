import { describe, expect, it } from 'vitest';
import { messageTurn, systemClock } from '../../src/host/clock.js';

describe.each([
  ['of the host', systemClock.turn],
  ['by message, as in a browser', messageTurn],
])('a turn of the event loop, %s', (_, turn) => {
  it('runs its task once, and not before what runs now is done', async () => {
    const order: string[] = [];
    const ran = new Promise<void>((resolve) =>
      turn(() => {
        order.push('turn');
        resolve();
      }),
    );
    order.push('now');
    await Promise.resolve().then(() => order.push('microtask'));
    await ran;
    await new Promise<void>((resolve) => turn(resolve));
    expect(order).toEqual(['now', 'microtask', 'turn']);
  });
});
