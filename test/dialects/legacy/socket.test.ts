/** Options of sockets toward a server of the original, which are this end's alone. */
import { expect, onTestFinished, test } from 'vitest';
import { runClientPlan } from '../../../src/client.js';
import { collect } from '../../support/events.js';
import { clientPlan } from '../../support/plans.js';
import { freePort } from '../../support/ports.js';
import { startFakeServer } from './fake-server.js';

test('a client sets its own, and says that the server sets none', async () => {
  const port = await startFakeServer(onTestFinished, (ws) => ws.resume());
  const socket = { congestion: 'reno', tos: 0x28 };
  const { start, all } = await collect(runClientPlan(clientPlan(port, { socket })));
  expect(start?.socket).toMatchObject({ asked: socket, local: socket, remote: null });
  const notes = all.flatMap((event) => (event.type === 'notice' ? event.text : []));
  expect(notes.join()).toContain('sets no options of its sockets');
});

test("nothing is said of what is this end's alone anyway", async () => {
  const port = await startFakeServer(onTestFinished, (ws) => ws.resume());
  const localPort = await freePort();
  const { start, all } = await collect(runClientPlan(clientPlan(port, { socket: { localPort } })));
  expect(start?.streams[0]?.localPort).toBe(localPort);
  const notes = all.flatMap((event) => (event.type === 'notice' ? event.text : []));
  expect(notes.join()).not.toContain('options');
});
