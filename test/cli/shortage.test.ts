/** A machine that withholds something: one line that says what, or a test all the same; never a stack. */
import { chmod, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { bounds, waits } from '../../src/defaults/index.js';
import { temporaryFolder } from '../support/folders.js';
import { describeNeeding, program, root } from '../support/needs.js';
import { type Finished, pause, run } from '../support/processes.js';
import { sharedWperfServer, startWperfServer, wperf } from '../support/wperf.js';

/** Far less than any wait of the program. */
const soonMs = 5000;

const shared = sharedWperfServer();

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');

/** Runs a client with so many descriptors. */
function withFiles(limit: number, args: readonly string[]): Promise<Finished> {
  return run(['bash', '-c', `ulimit -n ${limit}; exec ${quoted(wperf(...args))}`]);
}

const aStack = /\bat .*:\d+:\d+|node:internal/;

test.each([30, 45, 64, 100])('%i descriptors for 128 streams are told at once as too few', async (limit) => {
  for (const words of ['127.0.0.1', 'localhost -R', 'localhost --no-latency']) {
    const [host, ...more] = words.split(' ');
    const beganAt = performance.now();
    const { exitCode, stdout, stderr } = await withFiles(limit, ['-c', `${host}:${shared.port}`, '-P', '128', ...more]);
    expect(performance.now() - beganAt).toBeLessThan(soonMs);
    expect([exitCode, stdout]).toEqual([5, '']);
    expect(stderr).toMatch(/^wperf: error: [^\n]*ulimit -n[^\n]*\n$/);
    expect(stderr).not.toMatch(aStack);
  }
});

test('descriptors enough are enough', async () => {
  const { exitCode, stderr } = await withFiles(170, [
    '-c',
    `127.0.0.1:${shared.port}`,
    '-P',
    '128',
    '-t',
    '0.3',
    '-b',
    '10M',
  ]);
  expect([exitCode, stderr.replaceAll(/^warning: .*\n/gm, '')]).toEqual([0, '']);
});

describeNeeding('a server with few descriptors', [program('prlimit', 'util-linux')], () => {
  test('goes on, and its clients are told', async () => {
    const { port, process: server } = await startWperfServer(onTestFinished);
    const taken = (await readdir(`/proc/${server.pid}/fd`)).map(Number).filter((descriptor) => descriptor < 100);
    const most = Math.max(...taken) + 1 + bounds.spareDescriptors + 5;
    const limit = await run(['prlimit', '--pid', String(server.pid), `--nofile=${most}:${most}`]);
    expect(limit.exitCode).toBe(0);
    const many = await run(
      wperf('-c', `127.0.0.1:${port}`, '-P', '60', '-t', '0.3', '-b', '10M', '--connect-timeout', '1000'),
    );
    expect(many.exitCode).not.toBe(0);
    expect(many.stderr).toMatch(/^wperf: error: [^\n]*\n$/);
    const few = await run(wperf('-c', `127.0.0.1:${port}`, '-t', '0.3', '-b', '10M'));
    expect([few.exitCode, server.running]).toEqual([0, true]);
    // The first have too few to talk by, the second to carry their load by.
    for (const streams of [
      ['-P', '8'],
      ['-P', '4', '--proto', 'tcp'],
    ]) {
      const words = ['-c', `127.0.0.1:${port}`, '--no-latency', ...streams, '-t', '0.3', '-b', '10M'];
      expect(await run(wperf(...words))).toMatchObject({
        exitCode: 3,
        stderr: `wperf: error: 127.0.0.1:${port}: its machine lets the server open no more connections: try again later\n`,
      });
    }
    expect(server.stderr).toMatch(/^warning: this machine lets wperf open no more [^\n]*ulimit -n/m);
    expect(server.stderr).not.toMatch(aStack);
  });

  test('has room for who asks for something, however many say nothing', async () => {
    const { port, process: server } = await startWperfServer(onTestFinished);
    await run(['prlimit', '--pid', String(server.pid), '--nofile=120:120']);
    const silent = Array.from({ length: 300 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    onTestFinished(() => silent.forEach((socket) => void socket.destroy()));
    await server.outputMatching(/ulimit -n/);
    await pause(waits.idleSeconds * 1000 + 500);
    for (const streams of ['1', '30']) {
      const words = ['-c', `127.0.0.1:${port}`, '-P', streams, '-t', '0.3', '-b', '10M'];
      expect(await run(wperf(...words))).toMatchObject({ exitCode: 0 });
    }
    expect(server.stderr.match(/ulimit -n/g)).toHaveLength(1);
  });
});

const surroundings: readonly (readonly [string, readonly string[]])[] = [
  ['no HOME', ['-u', 'HOME']],
  ['an empty PATH', ['PATH=']],
  ['no environment at all', ['-i']],
  ['little memory', ['NODE_OPTIONS=--max-old-space-size=32']],
];

test.each(surroundings)('%s keeps nobody from measuring', async (_, words) => {
  for (const args of [
    ['-c', `127.0.0.1:${shared.port}`, '-t', '0.3', '-b', '10M', '-P', '4'],
    ['-c', `127.0.0.1:${shared.port}`, '-R', '-t', '0.3', '-b', '10M'],
    ['--loopback', '-t', '0.3', '-b', '10M'],
  ]) {
    const { exitCode, stderr } = await run(['env', ...words, ...wperf(...args)]);
    expect([exitCode, stderr.replaceAll(/^warning: .*\n/gm, '')]).toEqual([0, '']);
  }
});

test('a working directory that is gone is told in one line', async () => {
  const folder = await temporaryFolder(onTestFinished);
  const words = quoted(wperf('-c', '127.0.0.1:1', '-t', '0.3', '-b', '10M'));
  const { exitCode, stderr } = await run(['bash', '-c', `mkdir gone; cd gone; rmdir ../gone; exec ${words}`], {
    cwd: folder,
  });
  expect([exitCode, stderr]).toEqual([5, 'wperf: error: the working directory is gone: change to one that exists\n']);
});

describeNeeding('a user who may write nowhere', [root, program('setpriv')], () => {
  test('measures, and is told of files', async () => {
    const folder = await temporaryFolder(onTestFinished);
    await chmod(folder, 0o555);
    const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const client = wperf('-c', `127.0.0.1:${shared.port}`, '-t', '0.3', '-b', '10M');
    expect(await run([...asNobody, ...client], { cwd: folder })).toMatchObject({ exitCode: 0 });
    for (const flags of [
      ['--logfile', 'log'],
      ['--pidfile', 'pid'],
    ]) {
      const { exitCode, stderr } = await run([...asNobody, ...client, ...flags], { cwd: folder });
      expect([flags, exitCode, stderr]).toEqual([
        flags,
        5,
        expect.stringMatching(/^wperf: error: (-I\/)?--\w+ [^\n]+\n$/),
      ]);
    }
    await rm(folder, { recursive: true });
  });
});

describeNeeding('a full disk', [root, program('unshare')], () => {
  test.each(['--report', '--logfile', '--pidfile'])('under %s is told with what to do about it', async (flag) => {
    const folder = await temporaryFolder(onTestFinished);
    const client = quoted(wperf('-c', `127.0.0.1:${shared.port}`, '-t', '0.3', '-b', '10M', flag, 'file'));
    const fill = 'mount -t tmpfs -o size=4k full . && cd "$PWD" && head -c 4096 /dev/zero > filler';
    const { exitCode, stderr } = await run(['unshare', '-m', 'sh', '-c', `${fill}; ${client}`], { cwd: folder });
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(
      /^wperf: error: [^\n]* cannot be written: ENOSPC: [^\n]*: free space there, or write elsewhere\n$/m,
    );
  });
});
