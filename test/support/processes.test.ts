import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort, listening } from './ports.js';
import { output, run, start } from './processes.js';
import { UndoStack, withUndo } from './undo.js';

const node = process.execPath;
const serve = (port: number) => [node, '-e', `require('net').createServer().listen(${port}, '127.0.0.1')`];

describe('run', () => {
  test('collects both outputs and the exit code', async () => {
    const finished = await run(['sh', '-c', 'cat; echo oops >&2; exit 3'], { input: 'hello' });
    expect(finished).toEqual({ exitCode: 3, signal: null, stdout: 'hello', stderr: 'oops\n' });
  });

  test('takes variables away and adds others', async () => {
    const env = { HOME: undefined, ADDED: 'yes' };
    expect(await output(['sh', '-c', 'echo "$HOME-$ADDED"'], { env })).toBe('-yes\n');
  });

  test('kills a program that takes too long, and says what it wrote', async () => {
    const slow = run(['sh', '-c', 'echo begun; exec sleep 30'], { timeoutSeconds: 0.2 });
    await expect(slow).rejects.toThrow(/did not end within 0\.2 s\nbegun/);
  });

  test('fails for a program that does not exist', async () => {
    await expect(run(['no-such-program'])).rejects.toThrow('no-such-program cannot be run');
  });
});

describe('start', () => {
  test('waits for a port, and stops by its own id', async () => {
    const port = await freePort();
    const server = await start(onTestFinished, serve(port));
    await listening(server, { host: '127.0.0.1', port });
    expect((await server.stop()).signal).toBe('SIGTERM');
    expect(() => process.kill(server.pid, 0)).toThrow(/ESRCH/);
  });

  test('does not wait for a server that has failed', async () => {
    const port = await freePort();
    const taken = createServer().listen(port, '127.0.0.1');
    onTestFinished(() => void taken.close());
    const server = await start(onTestFinished, serve(port));
    await expect(server.outputMatching(/never/)).rejects.toThrow(/EADDRINUSE/);
  });

  test('waits for output no longer than asked', async () => {
    const silent = await start(onTestFinished, ['sleep', '30']);
    await expect(silent.outputMatching(/word/, 0.1)).rejects.toThrow('did not write /word/ within 0.1 s');
  });

  test('kills a program that does not want to stop', async () => {
    const stubborn = await start(onTestFinished, [
      'sh',
      '-c',
      "trap '' TERM; echo ready; while :; do sleep 0.05; done",
    ]);
    await stubborn.outputMatching(/ready/);
    expect((await stubborn.stop('SIGTERM', 0.2)).signal).toBe('SIGKILL');
  });

  test('is undone when the work around it throws', async () => {
    let pid = 0;
    const work = withUndo(async (later) => {
      pid = (await start(later, ['sleep', '30'])).pid;
      throw new Error('as it happens');
    });
    await expect(work).rejects.toThrow('as it happens');
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });
});

describe('an undo stack', () => {
  test('undoes the newest first, and all of it when one fails', async () => {
    const stack = new UndoStack();
    const undone: string[] = [];
    stack.later(() => void undone.push('first made'));
    stack.later(() => {
      throw new Error('stuck');
    });
    stack.later(() => void undone.push('last made'));
    await expect(stack.undo()).rejects.toThrow('1 things could not be undone');
    expect(undone).toEqual(['last made', 'first made']);
  });
});
