import { expect, it } from 'vitest';
import { meanwhile } from '../../src/host/meanwhile.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('loads while an attempt is on its way, and what failed at once is not loaded for', async () => {
  const loaded: string[] = [];
  const load = (name: string) => async () => loaded.push(name);
  const failing = turn().then(() => Promise.reject(new Error('refused')));
  await expect(meanwhile(failing, load('failed'))).rejects.toThrow('refused');
  await meanwhile(new Promise(() => {}), load('under way'));
  await meanwhile(Promise.resolve(), load('done'));
  expect(loaded).toEqual(['under way', 'done']);
});
