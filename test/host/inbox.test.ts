/** What is put in: nothing is lost that comes before it is asked for, and the first failure stands. */
import { expect, it } from 'vitest';
import { Inbox } from '../../src/host/inbox.js';

it('gives what came early, then what is waited for, then the first failure', async () => {
  const inbox = new Inbox<string>();
  inbox.put('early');
  inbox.put('second');
  expect(inbox.length).toBe(2);
  await expect(inbox.next()).resolves.toBe('early');
  await expect(inbox.next()).resolves.toBe('second');
  const waiting = inbox.next();
  inbox.put('late');
  await expect(waiting).resolves.toBe('late');
  expect(inbox.length).toBe(0);
  inbox.put('last');
  inbox.fail(new Error('first'));
  inbox.fail(new Error('second'));
  await expect(inbox.next()).resolves.toBe('last');
  await expect(inbox.next()).rejects.toThrow('first');
  expect(inbox.failure?.message).toBe('first');
});

it('fails who waits', async () => {
  const inbox = new Inbox<string>();
  const waiting = inbox.next();
  inbox.fail(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
});
