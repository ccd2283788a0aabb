import { getEventListeners } from 'node:events';
import { expect, test, vi } from 'vitest';
import { onAbort, orAborted } from '../../src/host/abort.js';
import { deferred } from '../../src/host/deferred.js';

const interrupted = () => new Error('interrupted');

test('what is promised comes through, as does its failure', async () => {
  const { signal } = new AbortController();
  await expect(orAborted(Promise.resolve(7), signal, interrupted)).resolves.toBe(7);
  await expect(orAborted(Promise.reject(new Error('lost')), signal, interrupted)).rejects.toThrow('lost');
  await expect(orAborted(Promise.resolve(7), undefined, interrupted)).resolves.toBe(7);
});

test('an abort, before or while waiting, ends the wait, and what comes too late is discarded once', async () => {
  for (const before of [true, false]) {
    const controller = new AbortController();
    const { promise, resolve } = deferred<string>();
    const discard = vi.fn();
    if (before) controller.abort();
    const waiting = orAborted(promise, controller.signal, interrupted, discard);
    controller.abort();
    await expect(waiting).rejects.toThrow('interrupted');
    expect(discard).not.toHaveBeenCalled();
    resolve('late');
    await promise;
    expect(discard.mock.calls).toEqual([['late']]);
  }
});

test('what is discarded was not handed out, whichever order the two came in', async () => {
  for (const order of ['abort first', 'promise first']) {
    const controller = new AbortController();
    const { promise, resolve } = deferred<string>();
    const discard = vi.fn();
    const waiting = orAborted(promise, controller.signal, interrupted, discard).catch(() => 'aborted');
    if (order === 'abort first') controller.abort();
    resolve('value');
    controller.abort();
    const got = await waiting;
    expect(discard).toHaveBeenCalledTimes(got === 'aborted' ? 1 : 0);
  }
});

test('nobody hears of a failure after the abort', async () => {
  const controller = new AbortController();
  const { promise, reject } = deferred();
  const waiting = orAborted(promise, controller.signal, interrupted);
  controller.abort();
  reject(new Error('too late'));
  await expect(waiting).rejects.toThrow('interrupted');
});

test('a signal has one listener however many tasks it has', () => {
  const controller = new AbortController();
  const tasks = Array.from({ length: 100 }, () => vi.fn());
  const cancels = tasks.map((task) => onAbort(controller.signal, task));
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  for (const cancel of cancels.slice(50)) cancel();
  controller.abort();
  controller.abort();
  expect(tasks.map((task) => task.mock.calls.length)).toEqual([...Array(50).fill(1), ...Array(50).fill(0)]);
});

test('a task of a signal that has aborted runs at once, without a signal never, and each registration once', () => {
  const controller = new AbortController();
  const task = vi.fn();
  onAbort(controller.signal, task);
  const cancel = onAbort(controller.signal, task);
  cancel();
  onAbort(undefined, task);
  expect(task).not.toHaveBeenCalled();
  controller.abort();
  expect(task).toHaveBeenCalledTimes(1);
  onAbort(controller.signal, task);
  expect(task).toHaveBeenCalledTimes(2);
});

test('a task that another one cancels does not run', () => {
  const controller = new AbortController();
  const second = vi.fn();
  const { signal } = controller;
  let cancel = () => {};
  onAbort(signal, () => cancel());
  cancel = onAbort(signal, second);
  controller.abort();
  expect(second).not.toHaveBeenCalled();
});
