/** A server that stops waits for nobody who has said nothing. The clock stands still: no time-out can help it. */
import { readFile } from 'node:fs/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { runClientPlan } from '../../src/client.js';
import type { ServerPlan } from '../../src/plan/plan.js';
import { startServerPlan } from '../../src/server/server.js';
import { makeCertificates } from '../support/certificates.js';
import { collect } from '../support/events.js';
import { FakeClock } from '../support/fake-clock.js';
import { describeNeeding, program } from '../support/needs.js';
import { clientPlan } from '../support/plans.js';
import { hold, nativeProtocol, request, upgradeRequest } from '../support/raw.js';
import { startWperfServer } from '../support/wperf.js';

async function serve(plan: Partial<ServerPlan> = {}) {
  const clock = new FakeClock();
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, ...plan }, { clock });
  onTestFinished(() => server.close());
  const notices: string[] = [];
  server.on('notice', ({ text }) => notices.push(text));
  return { server, port: server.address.port, notices, clock };
}

const silences = [
  ['before the first byte', ''],
  ['in the middle of a request', 'GET / HTTP/1.1\r\nHost: x\r\nX: '],
  ['in the middle of a PROXY header', 'PROXY TCP4 192.0.2.1 '],
  ['behind a PROXY header', 'PROXY TCP4 192.0.2.1 127.0.0.1 4711 80\r\n'],
  ['in the middle of the body of a plain request', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc'],
  ['behind an answer, with its own side open', request('/health', 'Connection: keep-alive')],
  ['between two requests', request('/health', 'Connection: keep-alive') + request('/health').slice(0, 20)],
  ['after the upgrade', upgradeRequest(nativeProtocol)],
  ['after the upgrade of the original', upgradeRequest()],
] as const;

/** Asks for pings, sends none, and takes its leave. */
async function pingAsTheOriginal(port: number): Promise<void> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`);
  await new Promise((resolve) => ws.on('open', resolve));
  ws.send('{"command":"ping"}');
  ws.close();
  await new Promise((resolve) => ws.on('close', resolve));
}

describe('a connection that falls silent', () => {
  test.each(silences)('%s does not hold up a server that stops', async (_when, bytes) => {
    const { server, port, notices, clock } = await serve({ trustProxy: [{ address: '127.0.0.1', prefix: 32 }] });
    const { ended, reply } = await hold(port, bytes);
    if (bytes.includes('Upgrade')) await expect.poll(reply).toContain('HTTP/1.1 101 ');
    await server.close();
    await ended;
    expect(notices).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test.each([
    ['of this program', (port: number) => collect(runClientPlan(clientPlan(port)))],
    ['of the original', pingAsTheOriginal],
  ])('does not hold up the end of a one-off server after a client %s', async (_whose, run) => {
    const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: true });
    const closed = new Promise<void>((resolve) => server.once('close', resolve));
    const { port } = server.address;
    const held = await Promise.all(silences.map(([, bytes]) => hold(port, bytes)));
    await run(port);
    const beganAt = performance.now();
    await closed;
    await Promise.all(held.map(({ ended }) => ended));
    expect(performance.now() - beganAt).toBeLessThan(3000);
  });

  test('does not hold up the program', async () => {
    const { process, port } = await startWperfServer(onTestFinished);
    await process.outputMatching(/server listening/);
    const held = await Promise.all(silences.map(([, bytes]) => hold(port, bytes)));
    const beganAt = performance.now();
    globalThis.process.kill(process.pid, 'SIGTERM');
    const { exitCode } = await process.finished;
    await Promise.all(held.map(({ ended }) => ended));
    expect(exitCode).toBe(0);
    expect(performance.now() - beganAt).toBeLessThan(3000);
  });
});

describeNeeding('a connection that falls silent over TLS', [program('openssl')], () => {
  test.each([
    ['in the middle of the first record', '1603'],
    ['in the middle of the handshake', '16030100050100000100'],
  ])('%s does not hold up a server that stops', async (_when, hex) => {
    const files = await makeCertificates(onTestFinished);
    const tls = { cert: await readFile(files.cert, 'utf8'), key: await readFile(files.key, 'utf8') };
    const { server, port, clock } = await serve({ tls });
    const { ended } = await hold(port, Buffer.from(hex, 'hex'));
    await server.close();
    await ended;
    expect(clock.pending).toBe(0);
  });
});
