import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { runClientPlan } from '../../src/client.js';
import { systemClock } from '../../src/host/clock.js';
import { isFreeForDatagrams, openOwnPort } from '../../src/server/own-port.js';
import { startServerPlan } from '../../src/server/server.js';
import { collect } from '../support/events.js';
import { clientPlan } from '../support/plans.js';
import { freePort } from '../support/ports.js';

const options = {
  ...{ host: '127.0.0.1', port: 0, clock: systemClock, openings: [] },
  ...{ trusts: () => false, onConnection: () => {} },
};

/** Opens where the first so many are another program's for UDP; tells which ports were looked at. */
async function opened(taken: number, port = 0) {
  const looked: number[] = [];
  const door = await openOwnPort({ ...options, port }, async (place) => looked.push(place.port) > taken);
  onTestFinished(() => door.close());
  return { door, looked };
}

const refuses = async (port: number) => {
  const [error] = await once(connect({ host: '127.0.0.1', port }), 'error');
  return error.code;
};

it('that the system chooses is another one where that is not free for UDP, and leaves no port open', async () => {
  const { door, looked } = await opened(2);
  expect(looked).toHaveLength(3);
  expect(door.port).toBe(looked[2]);
  for (const port of new Set(looked.slice(0, 2)))
    if (port !== door.port) expect(await refuses(port)).toBe('ECONNREFUSED');
});

it('is taken as it is in the end, and where it was asked for', async () => {
  expect((await opened(1000)).looked).toHaveLength(16);
  const port = await freePort();
  const { door, looked } = await opened(1000, port);
  expect([door.port, looked]).toEqual([port, []]);
});

it('is free for UDP unless somebody has it', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  onTestFinished(() => void socket.close());
  await once(socket, 'listening');
  const { port } = socket.address();
  expect(await isFreeForDatagrams({ host: '127.0.0.1', port })).toBe(false);
  expect(await isFreeForDatagrams({ host: '127.0.0.2', port })).toBe(true);
  expect(await isFreeForDatagrams({ host: '::1', port })).toBe(true);
});

it('of iperf3 tells clients of wperf which dialect it speaks, and its log that a request came there', async () => {
  const port = await freePort();
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, iperf3: { port } });
  onTestFinished(() => server.close());
  const notices: string[] = [];
  server.on('notice', ({ text }) => notices.push(text));
  const { error } = await collect(runClientPlan(clientPlan(port)));
  expect(error).toBe(`not-wperf: 127.0.0.1:${port} is a server of iperf3: use wperf -c 127.0.0.1 --iperf3 -p ${port}`);
  await vi.waitFor(() =>
    expect(notices).toContainEqual(
      expect.stringMatching(
        /^127\.0\.0\.1:\d+: it sent a request of HTTP to the port of iperf3's clients: wperf's own .* go to the port of -p/,
      ),
    ),
  );
});
