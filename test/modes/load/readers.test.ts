/** Where received load ends, told by who receives it: over loopback, with the kernel's help and without. */
import { afterEach, expect, it } from 'vitest';
import { runClientPlan } from '../../../src/client.js';
import type { ClientPlan } from '../../../src/plan/plan.js';
import { startServerPlan, type WperfServer } from '../../../src/server/server.js';
import { collect, sorted } from '../../support/events.js';
import { clientPlan } from '../../support/plans.js';
import { plainTransport } from '../../support/transports.js';

const open: WperfServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function readersOf(changes: Partial<ClientPlan>, options: Parameters<typeof runClientPlan>[1] = {}) {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
  open.push(server);
  const events: Parameters<typeof sorted>[0] = [];
  server.on('test', (event) => events.push(event));
  const plan = clientPlan(server.address.port, { bitsPerSecond: 20e6, ...changes });
  const { start, end, error } = await collect(runClientPlan(plan, options));
  expect(error).toBeUndefined();
  expect(end?.sums.every((sum) => (sum.received?.bytes ?? 0) > 0)).toBe(true);
  return { client: start?.readers, server: sorted(events).start?.readers };
}

const simulation = { latencyMs: 1 };
const packets = { mode: 'datagram', blockBytes: 1400, bitsPerSecond: 1e6 } as const;

it.each<[string, Partial<ClientPlan>, object | undefined, object | undefined]>([
  ['up', {}, { up: 'kernel' }, { up: 'kernel' }],
  ['down', { direction: 'down' }, { down: 'kernel' }, {}],
  ['both ways', { direction: 'bidir' }, { up: 'kernel', down: 'kernel' }, { up: 'kernel' }],
  ['up, copied', { rxCopy: true }, { up: 'process' }, { up: 'process' }],
  ['both ways, copied', { direction: 'bidir', rxCopy: true }, { up: 'process', down: 'process' }, { up: 'process' }],
  [
    'under simulated conditions',
    { direction: 'bidir', simulation },
    { up: 'process', down: 'process' },
    { up: 'process' },
  ],
  ['packets', packets, undefined, undefined],
])('%s', async (_what, changes, client, server) => {
  expect(await readersOf(changes)).toEqual({ client, server });
});

it('down, without the fast lane', async () => {
  const { client } = await readersOf({ direction: 'down' }, { transport: plainTransport });
  expect(client).toEqual({ down: 'process' });
});
