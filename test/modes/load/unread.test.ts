import { expect, it } from 'vitest';
import { watchUnread } from '../../../src/modes/load/stream/sender/unread.js';
import type { ChannelInfo, KernelView } from '../../../src/transport/channel.js';
import { FakeClock } from '../../support/fake-clock.js';

const direct: ChannelInfo = { localHost: 'a', localPort: 1, remoteHost: 'b', remotePort: 2, secure: false };

function watched(isWindowClosed: boolean | undefined, changes: Partial<ChannelInfo> = {}) {
  const clock = new FakeClock();
  const window = { isWindowClosed };
  const kernel = { sample: () => window } as unknown as KernelView;
  return { clock, window, unread: watchUnread({ kernel, info: { ...direct, ...changes } }, clock) };
}

it('the time in which the far window is closed is added up', () => {
  const { clock, window, unread } = watched(false);
  clock.advance(1);
  expect(unread.seconds).toBe(0);
  window.isWindowClosed = true;
  clock.advance(2);
  window.isWindowClosed = false;
  clock.advance(3);
  expect(unread.seconds).toBeGreaterThanOrEqual(2);
  expect(unread.seconds).toBeLessThan(2.21);
  unread.stop();
  expect(clock.pending).toBe(0);
});

it('a standstill of this end is not the far one leaving anything unread', () => {
  const { clock, unread } = watched(true);
  clock.advance(5, 5);
  expect(unread.seconds).toBeLessThan(0.5);
});

it.each([
  ['where the kernel does not tell', undefined, {}],
  ['through a proxy of the client', true, { server: 'server.example:8765' }],
  ['behind a proxy of the server', true, { client: { host: 'c', source: 'forwarded' } }],
] as const)('nobody can tell %s', (_where, isWindowClosed, changes) => {
  const { clock, unread } = watched(isWindowClosed, changes);
  clock.advance(2);
  expect(unread.seconds).toBeUndefined();
  expect(clock.pending).toBe(0);
});
