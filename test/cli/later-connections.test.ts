/** A path that lets a test's first connections pass and not its later ones: told at once, and nothing is waited for. */
import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startRelay } from '../support/peers/relay.js';
import { runWperf, sharedWperfServer } from '../support/wperf.js';

/** Far less than any wait of the program but the one that is asked for. */
const soonMs = 4000;

const closes = (socket: Socket) => socket.end();
const resets = (socket: Socket) => socket.resetAndDestroy();
const closesWhenAsked = (socket: Socket) => socket.once('data', () => socket.end());
const answers = (status: string) => (socket: Socket) =>
  socket.once('data', () => socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`));
const forbids = answers('403 Forbidden');
const hasNoRoom = answers('503 Busy');
const saysNothing = (socket: Socket) => socket.resume();

const server = sharedWperfServer();

const streams = [
  ['-P', '3'],
  ['-P', '3', '--no-latency'],
  ['-P', '3', '-R', '-J'],
  ['-P', '100', '--bidir'],
];

test.each([
  ['closes them', closes],
  ['resets them', resets],
  ['closes them when they ask', closesWhenAsked],
  ['forbids them', forbids],
  ['has no room for them', hasNoRoom],
  ['says nothing to them', saysNothing],
])('a relay that passes two connections and %s', async (_, treat) => {
  for (const args of streams) {
    const { port } = await startRelay(onTestFinished, server.port, 2, treat);
    const beganAt = performance.now();
    const ran = await runWperf(['-c', `127.0.0.1:${port}`, '-t', '1', '--connect-timeout', '1500', ...args]);
    expect(performance.now() - beganAt).toBeLessThan(soonMs);
    expect(ran.exitCode).toBe(2);
    const line = args.includes('-J') ? JSON.parse(ran.stdout).error : ran.stderr;
    expect(line).toMatch(/^[^\n]+\n?$/);
    expect(line).toContain(`127.0.0.1:${port}`);
    expect(line).toMatch(
      /another connection of this test was taken, so their number may be limited.*use fewer streams/,
    );
  }
});
