import { expect, test } from 'vitest';
import { CongestionWindow } from '../../../src/transport/kcp/congestion-window.js';

function grown(acks: number, remoteWindow = 1000): CongestionWindow {
  const window = new CongestionWindow(1376);
  for (let ack = 0; ack < acks; ack++) window.acknowledged(remoteWindow);
  return window;
}

// In segments, by hand: 1, 2, 2.56, 3.02, 3.41, 3.77, 4.09, 4.40, 4.69, 4.97, 5.23.
test('begins at one segment, and in slow growth is rounded up where it reaches a whole one more', () => {
  const sizes = Array.from({ length: 11 }, (_, acks) => grown(acks).segments);
  expect(sizes).toEqual([1, 2, 2, 4, 4, 4, 4, 4, 4, 4, 6]);
});

test('grows to what the peer can take, and no further', () => {
  expect(grown(3, 3).segments).toBe(3);
  expect(grown(100, 3).segments).toBe(3);
  expect(grown(100, 0).segments).toBe(1);
});

test('grows faster again up to half of where a timeout found it', () => {
  const window = grown(200);
  const half = window.segments >>> 1;
  expect(half).toBeGreaterThan(5);
  window.timedOut();
  const sizes = Array.from({ length: half + 1 }, () => {
    const { segments } = window;
    window.acknowledged(1000);
    return segments;
  });
  expect(sizes.slice(0, half)).toEqual(Array.from({ length: half }, (_, i) => i + 1));
  expect(sizes[half]).toBe(half);
});

test('falls to half of what is in flight and the threshold more at a fast resend', () => {
  const window = grown(200);
  window.resentFast(11, 2);
  expect(window.segments).toBe(7);
  window.resentFast(1, 0);
  expect(window.segments).toBe(2);
});
