/** The composition of a client: what it holds when it cannot go on. */
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runClientPlan, runReverseTracePlan } from '../src/client.js';
import { WperfError } from '../src/errors.js';
import { clientPlan, reverseTracePlan } from './support/plans.js';

describe('what cannot be loaded is told, and leaves no connection open', () => {
  /** Takes connections and says nothing; resolves with the port, and when as many have ended as were begun. */
  async function silentServer() {
    const server = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const count = () => new Promise((resolve) => server.getConnections((_, open) => resolve(open)));
    const address = server.address();
    return { port: typeof address === 'object' && address ? address.port : 0, count };
  }

  test('as a transport that carries no packets', async () => {
    const { port, count } = await silentServer();
    const loadTransport = { name: 'stream', carries: 'bytes' } as never;
    const plan = clientPlan(port, { mode: 'datagram', proto: { name: 'tcp', settings: {} } });
    const events = runClientPlan(plan, { loadTransport });
    expect(await events.next()).toMatchObject({ value: { type: 'error', error: { code: 'usage' } } });
    await expect.poll(count).toBe(0);
  });

  test('as the places of a route back', async () => {
    const { port, count } = await silentServer();
    const prepare = () => Promise.reject(new WperfError('file-failure', 'no such file'));
    const events = runReverseTracePlan(reverseTracePlan(port), { prepare });
    await expect(events.next()).rejects.toMatchObject({ code: 'file-failure' });
    await expect.poll(count).toBe(0);
  });
});
