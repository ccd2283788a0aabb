/** How the program ends: once what it wrote is taken, at once when it is told to, and without goodbyes that tell nothing. */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { legacy } from '../../src/defaults/index.js';
import { startFakeServer } from '../dialects/legacy/fake-server.js';
import { repositoryFile, temporaryFolder } from '../support/folders.js';
import { describeNeeding, networkNamespaces, program, root, systemCalls } from '../support/needs.js';
import { freePort, listening } from '../support/ports.js';
import { type Running, run, start } from '../support/processes.js';
import { runWperf, startWperfServer, wperf } from '../support/wperf.js';

/** A client's close frame: masked, with a code and no text (RFC 6455, section 5.2). */
const closeFrame = { bytes: 8, opens: [0x88, 0x82] };

/** A relay that holds a client's goodbye back: for so long, or for ever. */
async function startHolding(target: number, holdMs?: number) {
  let heldAt = Number.NaN;
  const later = (undo: () => void) => onTestFinished(undo);
  const relay = createServer((client) => {
    const onward = connect(target, '127.0.0.1');
    onward.pipe(client);
    client.on('data', (bytes: Buffer) => {
      const tail = bytes.subarray(-closeFrame.bytes);
      if (!closeFrame.opens.every((byte, i) => tail[i] === byte)) return onward.write(bytes);
      heldAt = performance.now();
      onward.write(bytes.subarray(0, -closeFrame.bytes));
      const timer = holdMs === undefined ? undefined : setTimeout(() => onward.write(tail), holdMs);
      later(() => clearTimeout(timer));
      return true;
    });
    client.on('error', () => {}).on('close', () => onward.destroy());
    onward.on('error', () => {}).on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  later(() => relay.close());
  return { port: (relay.address() as AddressInfo).port, heldAt: () => heldAt };
}

/** Starts a program whose stdout is full from its first byte on. */
function startUnread(argv: readonly string[]): Promise<Running> {
  return start(onTestFinished, ['python3', repositoryFile('test', 'support', 'full-pipe.py'), ...argv]);
}

/** How it ended, which must be soon. */
async function endAfter(running: Running, ...signals: readonly NodeJS.Signals[]) {
  const beganAt = performance.now();
  for (const signal of signals) running.signal(signal);
  const { exitCode, signal } = await running.finished;
  expect(performance.now() - beganAt).toBeLessThan(2000);
  return exitCode ?? signal;
}

describe('the end of the program', () => {
  test('waits for a slow reader, who gets all of it', async () => {
    const words = wperf('--loopback', '-t', '1', '-i', '0.1', '-b', '1M', '-P', '100', '-J').map((word) => `'${word}'`);
    const slowly = 'while dd bs=4096 count=1 status=none of=piece && [ -s piece ]; do cat piece; done';
    const argv = ['bash', '-c', `set -o pipefail; ${words.join(' ')} | (${slowly})`];
    const { exitCode, stdout } = await run(argv, { cwd: await temporaryFolder(onTestFinished) });
    expect(stdout.length).toBeGreaterThan(256 * 1024);
    expect(JSON.parse(stdout).intervals.length).toBeGreaterThan(5);
    expect(exitCode).toBe(0);
  });

  test('waits for no goodbye of a server that has told its results', async () => {
    const { port } = await startWperfServer(onTestFinished);
    const { port: through, heldAt } = await startHolding(port);
    const args = ['-c', `127.0.0.1:${through}`, '-R', '-b', '1M', '-t', '0.5', '--no-latency'];
    expect((await run(wperf(...args))).exitCode).toBe(0);
    expect(performance.now() - heldAt()).toBeLessThan(1000);
  });

  test.each([
    ['answers its goodbye late', 1000, 900, 2500],
    ['never answers it', undefined, legacy.partingSeconds * 1000 - 500, legacy.partingSeconds * 1000 + 1500],
  ])('waits so long for a server of the original that %s', async (_what, holdMs, leastMs, mostMs) => {
    const port = await startFakeServer(onTestFinished, () => {});
    const { port: through, heldAt } = await startHolding(port, holdMs);
    const args = ['-c', `127.0.0.1:${through}`, '-b', '1M', '-t', '0.5', '--no-latency'];
    expect((await run(wperf(...args))).exitCode).toBe(0);
    expect(performance.now() - heldAt()).toBeGreaterThan(leastMs);
    expect(performance.now() - heldAt()).toBeLessThan(mostMs);
  });
});

describeNeeding('with a full pipe that nobody reads', [program('python3')], () => {
  test.each([
    [['SIGTERM'], 130],
    [['SIGINT'], 130],
    [['SIGHUP'], 130],
  ] as const)('%j ends a client', async (signals, code) => {
    const server = await startWperfServer(onTestFinished);
    const client = await startUnread(wperf('-c', `127.0.0.1:${server.port}`, '-t', '60', '-i', '0.1', '-b', '1M'));
    await server.process.outputMatching(/ sec .*bits\/sec/);
    expect(await endAfter(client, ...signals)).toBe(code);
  });

  test('a client that has ended its test is ended by a signal', async () => {
    const server = await startWperfServer(onTestFinished);
    const client = await startUnread(wperf('-c', `127.0.0.1:${server.port}`, '-t', '0.3', '-b', '1M'));
    await server.process.outputMatching(/CPU: /);
    expect([0, 130]).toContain(await endAfter(client, 'SIGTERM'));
  });

  test.each([[[]], [['-1']]])('SIGTERM ends a server, %j', async (flags) => {
    const port = await freePort();
    const argv = wperf('-s', '--host', '127.0.0.1', '-p', String(port), ...flags);
    const server = await startUnread(argv);
    await listening(server, { host: '127.0.0.1', port });
    const client = await start(onTestFinished, wperf('-c', `127.0.0.1:${port}`, '-t', '30', '-b', '1M', '-i', '0.1'));
    await client.outputMatching(/ sec .*bits\/sec/);
    expect(await endAfter(server, 'SIGTERM')).toBe(0);
    expect((await client.finished).stderr).toContain('was stopped before the end of the test');
  });

  test('a one-off server that has served is ended by a signal', async () => {
    const port = await freePort();
    const server = await startUnread(wperf('-s', '-1', '--host', '127.0.0.1', '-p', String(port)));
    await listening(server, { host: '127.0.0.1', port });
    expect((await runWperf(['-c', `127.0.0.1:${port}`, '-t', '0.3', '-b', '10M'])).exitCode).toBe(0);
    expect(await endAfter(server, 'SIGTERM')).toBe(0);
  });
});

test('a module that never comes to its end holds up no client that is told to end', async () => {
  const module = join(await temporaryFolder(onTestFinished), 'endless.mjs');
  await writeFile(
    module,
    "process.stderr.write('loading\\n'); await new Promise(() => setInterval(() => {}, 60_000));",
  );
  const client = await start(onTestFinished, wperf('-c', '127.0.0.1:1', '--proto', module, '-J'));
  await client.outputMatching(/loading/);
  expect(await endAfter(client, 'SIGINT')).toBe(130);
  expect(JSON.parse(client.stdout)).toMatchObject({ error_code: 'interrupted' });
});

test('a server opens no port for debuggers at SIGUSR1', async () => {
  const { port, process } = await startWperfServer(onTestFinished);
  process.signal('SIGUSR1');
  expect((await runWperf(['-c', `127.0.0.1:${port}`, '-t', '0.3', '-b', '1M'])).exitCode).toBe(0);
  process.signal('SIGTERM');
  expect((await process.finished).stderr).toBe('');
});

describe('a pipe as the file to write', () => {
  async function makePipe(): Promise<string> {
    const path = join(await temporaryFolder(onTestFinished), 'pipe');
    await run(['sh', '-c', `mkfifo '${path}'`]);
    return path;
  }

  /** A reader that reads nothing of a pipe that is full already. */
  function holdFull(path: string): void {
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    onTestFinished(() => [reader, writer].forEach(closeSync));
    expect(() => {
      for (;;) writeSync(writer, Buffer.alloc(4096));
    }).toThrow('EAGAIN');
  }

  test.each([
    ['--logfile', ['-s', '-p', '0']],
    ['--logfile', ['-s', '-D', '-p', '0']],
    ['--logfile', ['-c', '127.0.0.1:1']],
    ['--report', ['--loopback', '-t', '0.2', '-b', '1M']],
  ])('that nobody reads is told at once, %s of %j', async (flag, args) => {
    const { exitCode, stderr } = await runWperf([...args, flag, await makePipe()]);
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(
      new RegExp(`^wperf: error: ${flag} '[^']+' cannot be written: nobody reads this pipe: start [^\\n]+\\n$`),
    );
  });

  test.each([['client'], ['server']])('that is full does not hold a %s that is told to end', async (end) => {
    const path = await makePipe();
    holdFull(path);
    const port = await freePort();
    const logs = (who: string) => (who === end ? ['--logfile', path] : []);
    const serverWords = wperf('-s', '--host', '127.0.0.1', '-p', String(port), '-i', '0.1', ...logs('server'));
    const server = await start(onTestFinished, serverWords);
    await listening(server, { host: '127.0.0.1', port });
    const clientWords = ['-c', `127.0.0.1:${port}`, '-t', '30', '-b', '1M', '-i', '0.1', ...logs('client')];
    const client = await start(onTestFinished, wperf(...clientWords));
    await (end === 'client' ? server : client).outputMatching(/ sec .*bits\/sec/);
    expect(await endAfter(end === 'client' ? client : server, 'SIGTERM')).toBe(end === 'client' ? 130 : 0);
  });

  test('that is read no more is told once, and the server serves on', async () => {
    const path = await makePipe();
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const port = await freePort();
    const server = await start(
      onTestFinished,
      wperf('-s', '--host', '127.0.0.1', '-p', String(port), '--logfile', path),
    );
    await listening(server, { host: '127.0.0.1', port });
    closeSync(reader);
    for (let i = 0; i < 2; i += 1) {
      expect((await runWperf(['-c', `127.0.0.1:${port}`, '-t', '0.2', '-b', '1M'])).exitCode).toBe(0);
    }
    expect(server.running).toBe(true);
    expect(server.stderr).toMatch(
      /^warning: --logfile '[^']+' cannot be written: [^\n]+: the server goes on without it\n$/,
    );
  });

  test('gives its reader all of it', async () => {
    const path = await makePipe();
    const reader = await start(onTestFinished, ['sh', '-c', `exec cat '${path}'`]);
    await expect
      .poll(() => runWperf(['--loopback', '-t', '0.3', '-b', '1M', '--logfile', path]), { timeout: 10_000 })
      .toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect((await reader.finished).stdout).toMatch(/receiver\n[\s\S]*Latency: .*\n$/);
  });

  test('gives its reader the whole page', async () => {
    const path = await makePipe();
    const reader = await start(onTestFinished, ['sh', '-c', `exec cat '${path}'`]);
    const { exitCode, stderr } = await runWperf(['--loopback', '-t', '0.3', '-b', '1M', '--report', path]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect((await reader.finished).stdout).toMatch(/^<!doctype html>[\s\S]*<\/html>\s*$/i);
  });
});

describeNeeding('a search for a name that the DNS does not answer', [root, networkNamespaces, systemCalls], () => {
  /** In a network of its own, whose resolver takes every question and says nothing. */
  async function startAsking(argv: readonly string[]): Promise<Running> {
    const folder = await temporaryFolder(onTestFinished);
    await writeFile(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\n');
    const silent = 'import socket,sys;s=socket.socket(2,2);s.bind(("127.0.0.1",53));open("ready","w");sys.stdin.read()';
    const steps = [
      'ip link set lo up; mount --bind resolv.conf /etc/resolv.conf',
      `tail -f /dev/null | python3 -c '${silent}' & until [ -e ready ]; do sleep 0.05; done`,
      'exec "$@"',
    ];
    const all = ['unshare', '-n', '-m', '-p', '-f', '--kill-child', 'sh', '-c', steps.join('; '), 'sh', ...argv];
    return start(onTestFinished, all, { cwd: folder });
  }

  test.each([
    [
      'a test',
      ['-c', 'wperf.test', '--connect-timeout', '300'],
      'cannot find the address of wperf.test:8765 within 300 ms',
    ],
    ['pings', ['-c', 'wperf.test', '--ping', '--connect-timeout', '300'], 'cannot find the address of wperf.test:8765'],
  ])('does not hold up the end of %s', async (_what, args, told) => {
    const beganAt = performance.now();
    const { exitCode, stderr } = await (await startAsking(wperf(...args))).finished;
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(told)]);
    expect(performance.now() - beganAt).toBeLessThan(4000);
  });

  test('does not hold up the end of a server that is to listen there', async () => {
    const beganAt = performance.now();
    const argv = ['timeout', '--preserve-status', '-s', 'TERM', '1', ...wperf('-s', '--host', 'wperf.test')];
    const { exitCode, stdout, stderr } = await (await startAsking(argv)).finished;
    expect([exitCode, stdout, stderr]).toEqual([0, '', '']);
    expect(performance.now() - beganAt).toBeLessThan(5000);
  });

  test('does not hold up an interruption', async () => {
    for (const args of [
      ['-c', 'wperf.test'],
      ['--traceroute', 'wperf.test', '--no-geoip'],
    ]) {
      const beganAt = performance.now();
      const argv = ['timeout', '--preserve-status', '-s', 'INT', '1', ...wperf(...args)];
      const { exitCode, stderr } = await (await startAsking(argv)).finished;
      expect([exitCode, stderr]).toEqual([130, expect.stringMatching(/interrupted before the t\w+ began/)]);
      expect(performance.now() - beganAt).toBeLessThan(5000);
    }
  });
});
