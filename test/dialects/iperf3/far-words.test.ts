/** Words of the other end: none is lost that comes before it is asked for, and the first error stands. */
import { expect, it } from 'vitest';
import { FarWords } from '../../../src/dialects/iperf3/far-words.js';
import { WperfError } from '../../../src/errors.js';
import type { FarWord } from '../../../src/modes/load/stream/talk.js';

const end: FarWord = { type: 'end', reason: 'shutdown' };

it('gives words that came early, then those waited for, then the first error', async () => {
  const words = new FarWords();
  words.put(end);
  await expect(words.next()).resolves.toBe(end);
  const waiting = words.next();
  words.put(end);
  await expect(waiting).resolves.toBe(end);
  words.fail(new WperfError('usage', 'first'));
  words.fail(new WperfError('usage', 'second'));
  await expect(words.next()).rejects.toThrow('first');
});
