import { expect, test } from 'vitest';
import { verdictAtOnce, verdictInTheEnd } from '../../src/trace/confirm.js';
import type { Reply } from '../../src/trace/prober.js';

const targetIp = '192.0.2.9';
const reply = (kind: Reply['kind'], from = targetIp): Reply => ({ id: 0, from, kind, code: '', rttMs: 1, mpls: [] });
const answer = reply('answer');
const router = '192.0.2.1';

test.each([
  ['the target answers just as far', [answer], [], 'target'],
  ['the target refuses just as far', [reply('unreachable')], [], 'target'],
  ['the same is passed on no farther', [reply('time-exceeded', router)], [], 'refused'],
  ['whoever it is rejects what has no ports', [reply('unreachable', router)], [], 'refused'],
  ['whoever it is rejects that on its way farther', [], [reply('unreachable', router)], 'refused'],
  ['the target is there and beyond', [answer], [answer], 'target'],
  ['the way farther has too few hops', [], [reply('time-exceeded', router)], undefined],
  ['nothing answers', [], [], undefined],
])('%s', (_what, near, far, verdict) => {
  expect(verdictAtOnce({ near, far }, targetIp)).toBe(verdict);
  expect(verdictInTheEnd({ near, far }, targetIp)).toBe(verdict);
});

test('the target answers beyond alone', () => {
  expect(verdictAtOnce({ near: [], far: [answer] }, targetIp)).toBeUndefined();
  expect(verdictInTheEnd({ near: [], far: [answer] }, targetIp)).toBe('refused');
});
