/** Through a proxy: errors name the server as it was typed, and the connection that this end has is the proxy's. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { runClientPlan, runPingPlan } from '../../src/client.js';
import { startServerPlan } from '../../src/server/server.js';
import { collect } from '../support/events.js';
import { startScripted, tunnel } from '../support/peers/scripted-proxy.js';
import { clientPlan, pingPlan } from '../support/plans.js';

/** A server, and a proxy that breaks each connection off after `seconds`. */
async function behindProxy(seconds: number): Promise<{ port: number; proxy: string; proxyPort: number }> {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
  onTestFinished(() => server.close());
  const { port } = server.address;
  const proxyPort = await startScripted(onTestFinished, (socket) => {
    tunnel(socket, { host: '127.0.0.1', port }, 'HTTP/1.1 200 OK\r\n\r\n');
    const timer = setTimeout(() => socket.destroy(), 1000 * seconds);
    socket.once('close', () => clearTimeout(timer));
  });
  return { port, proxy: `http://127.0.0.1:${proxyPort}`, proxyPort };
}

describe('through a proxy that breaks off', () => {
  it.each([
    ['a test', {}],
    ["a test of iperf3's", { iperf3: {} }],
  ])('%s names the server, and shows the proxy as where the connection goes', async (_what, changes) => {
    const { port, proxy, proxyPort } = await behindProxy(1);
    const plan = clientPlan(port, { seconds: 5, proxy, ...changes });
    const target = { ...plan.target, host: 'localhost' };
    const { start, error } = await collect(runClientPlan({ ...plan, target }));
    expect(start).toMatchObject({ proxy, peer: { host: 'localhost', port } });
    expect(start?.streams).toMatchObject([{ remoteHost: '127.0.0.1', remotePort: proxyPort }]);
    expect(error).toContain(`localhost:${port}`);
    expect(error).not.toContain(String(proxyPort));
  });

  it('pings name the server', async () => {
    const { port, proxy, proxyPort } = await behindProxy(0.4);
    const plan = pingPlan(port, { proxy, count: 100 });
    const events = [];
    for await (const event of runPingPlan({ ...plan, target: { ...plan.target, host: 'localhost' } }))
      events.push(event);
    const [error] = events.flatMap((event) => (event.type === 'error' ? [event.error.line] : []));
    expect(error).toContain(`localhost:${port}`);
    expect(error).not.toContain(String(proxyPort));
  });
});

it.each([
  ['hangs', '', 'did not answer through the proxy within 300 ms: check the proxy, the address and firewalls'],
  [
    'speaks by itself',
    'hello\r\n\r\n',
    'does not answer through the proxy as a wperf server: what it says is not HTTP',
  ],
])('a proxy that connects and then %s is told of, beside the server', async (_what, said, text) => {
  const proxyPort = await startScripted(onTestFinished, (socket) => socket.write(`HTTP/1.1 200 OK\r\n\r\n${said}`));
  const { error } = await collect(
    runClientPlan(clientPlan(8765, { proxy: `http://127.0.0.1:${proxyPort}`, connectTimeoutMs: 300 })),
  );
  expect(error).toContain(`127.0.0.1:8765 ${text}`);
});
