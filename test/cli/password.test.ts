/** A password asked for at a terminal. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askPassword } from '../../src/cli/run/process/password.js';

function terminal() {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => raw.push(on) });
  const output = new PassThrough();
  return { input: input as unknown as NodeJS.ReadStream & PassThrough, output, raw };
}

describe('a password', () => {
  it('is read without being shown', async () => {
    const { input, output, raw } = terminal();
    const asked = askPassword('Password: ', { input, output });
    for (const key of ['r', 'o', 'x', '\u007f', 's\rmore']) input.write(key);
    expect(await asked).toBe('ros');
    expect((await output.end().toArray()).join('')).toBe('Password: \n');
    expect(raw).toEqual([true, false]);
  });

  it('can be left by an interruption', async () => {
    const { input, output, raw } = terminal();
    const asked = askPassword('Password: ', { input, output });
    input.write('ab\u0003');
    await expect(asked).rejects.toMatchObject({ code: 'interrupted' });
    expect(raw).toEqual([true, false]);
  });

  it('is asked of nobody without a terminal', async () => {
    const input = new PassThrough() as unknown as NodeJS.ReadStream;
    await expect(askPassword('?', { input, output: new PassThrough() })).rejects.toMatchObject({ code: 'usage' });
  });
});
