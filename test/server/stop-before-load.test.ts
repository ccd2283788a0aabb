/** A server that is stopped once it has granted a test, and before the client's word to begin has come. */
import { expect, it, onTestFinished } from 'vitest';
import { runClientPlan } from '../../src/client.js';
import { startServerPlan } from '../../src/server/server.js';
import { collect } from '../support/events.js';
import { clientPlan } from '../support/plans.js';

it.each([
  ['up', 1],
  ['down', 2],
  ['bidir', 1],
] as const)('tells the client that it was stopped, %s by %i', async (direction, streams) => {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
  onTestFinished(() => server.close());
  const simulation = { latencyMs: 300, jitterMs: 0, lossPercent: 0 };
  const running = collect(
    runClientPlan(clientPlan(server.address.port, { direction, streams, simulation, seconds: 5 })),
  );
  setTimeout(() => server.close(), 500);
  const { error } = await running;
  expect(error).toContain('peer-terminated: ');
  expect(error).toContain('was stopped before the test began');
});
