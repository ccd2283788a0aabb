/** Whom a server takes its client for, behind proxies that it trusts and others. */
import { connect, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { runClientPlan } from '../../src/client.js';
import { waits } from '../../src/defaults/index.js';
import type { StartEvent } from '../../src/events/load.js';
import { parseCidr } from '../../src/net/networks.js';
import type { ServerPlan } from '../../src/plan/plan.js';
import { type ServerRunOptions, startServerPlan } from '../../src/server/server.js';
import { makeCertificates } from '../support/certificates.js';
import { collect } from '../support/events.js';
import { FakeClock } from '../support/fake-clock.js';
import { describeNeeding, ipv6, program } from '../support/needs.js';
import { startHaproxy } from '../support/peers/haproxy.js';
import { startNginx } from '../support/peers/nginx.js';
import { clientPlan } from '../support/plans.js';
import { measureWithWperf, startWperfServer } from '../support/wperf.js';

async function serve(trusted: string, changes: Partial<ServerPlan> = {}, options: ServerRunOptions = {}) {
  const trustProxy = trusted.split(',').flatMap((text) => parseCidr(text) ?? []);
  const plan = { host: '127.0.0.1', port: 0, oneOff: false, trustProxy, ...changes };
  const server = await startServerPlan(plan, options);
  onTestFinished(() => server.close());
  const notices: string[] = [];
  server.on('notice', (notice) => notices.push(notice.text));
  const started = new Promise<StartEvent>((resolve) => {
    server.on('test', (event) => event.type === 'start' && resolve(event));
  });
  return { port: server.address.port, started, notices: () => notices };
}

/** The client as the server sees it, in a test with these headers. */
async function peerSeen(trusted: string, headers: readonly (readonly [string, string])[], port?: number) {
  const { port: own, started } = await serve(trusted);
  const { error } = await collect(runClientPlan(clientPlan(port ?? own, { headers, seconds: 0.1 })));
  expect(error).toBeUndefined();
  return (await started).peer;
}

const forged = ['X-Forwarded-For', '198.51.100.99'] as const;

describe('a header', () => {
  test('from a proxy that is trusted names the client', async () => {
    expect(await peerSeen('127.0.0.0/8', [forged])).toEqual({ host: '198.51.100.99', byProxy: '127.0.0.1' });
  });

  test.each([[''], ['192.0.2.0/24']])('from anybody else changes nothing, trusted: %j', async (trusted) => {
    const peer = await peerSeen(trusted, [forged, ['Forwarded', 'for=198.51.100.98']]);
    expect(peer).toEqual({ host: '127.0.0.1', port: expect.any(Number) });
  });
});

describeNeeding('behind nginx', [program('nginx'), program('openssl')], () => {
  test.each([['ws'], ['wss']])(
    'over %s a forged header does not count, the address that nginx saw does',
    async (scheme) => {
      const { port, started } = await serve('127.0.0.1');
      const certificates = await makeCertificates(onTestFinished);
      const nginx = await startNginx(
        onTestFinished,
        certificates,
        `location / {
        proxy_pass http://127.0.0.1:${port};
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      }`,
      );
      const url = scheme === 'ws' ? `ws://127.0.0.1:${nginx.httpPort}` : `wss://127.0.0.1:${nginx.httpsPort}`;
      const insecure = scheme === 'wss' ? ['--insecure'] : [];
      const header = ['-H', 'X-Forwarded-For: 198.51.100.99', '-B', '127.0.0.9'];
      await measureWithWperf(['-c', url, '-t', '0.2', ...insecure, ...header]);
      expect((await started).peer).toEqual({ host: '127.0.0.9', byProxy: '127.0.0.1' });
    },
  );
});

describeNeeding('behind haproxy', [program('haproxy'), program('openssl')], () => {
  test.each([
    ['ws', 1],
    ['ws', 2],
    ['wss', 1],
    ['wss', 2],
  ] as const)('%s with a header of version %i', async (scheme, version) => {
    const { cert, key } = await makeCertificates(onTestFinished);
    const tls = scheme === 'wss' ? ['--tls-cert', cert, '--tls-key', key] : [];
    const server = await startWperfServer(onTestFinished, ['--trust-proxy', '127.0.0.1', ...tls]);
    const proxy = await startHaproxy(onTestFinished, server.port, version);
    const insecure = scheme === 'wss' ? ['--insecure'] : [];
    const args = ['-c', `${scheme}://127.0.0.1:${proxy.port}`, '-t', '0.2', '-B', '127.0.0.9', '--bidir', ...insecure];
    const report = await measureWithWperf(args);
    expect(report.end.sum_received.bytes).toBeGreaterThan(100_000);
    await server.process.outputMatching(/Accepted connection from 127\.0\.0\.9, port \d+, by proxy 127\.0\.0\.1 /);
  });

  test('that is not trusted is refused, and the server goes on', async () => {
    const { port } = await serve('192.0.2.1');
    const proxy = await startHaproxy(onTestFinished, port, 2);
    const refused = await collect(runClientPlan(clientPlan(proxy.port, { seconds: 0.1 })));
    expect(refused.error).toBeDefined();
    expect((await collect(runClientPlan(clientPlan(port, { seconds: 0.1 })))).error).toBeUndefined();
  });
});

/** A proxy of the test's own, since no real one says these things: writes `header` in front of each connection. */
async function relayWith(header: string | Buffer, port: number): Promise<number> {
  const relay = createServer((socket) => {
    const back = connect(port, '127.0.0.1');
    back.write(header);
    socket.on('error', () => {}).on('close', () => back.destroy());
    back.on('error', () => {}).on('close', () => socket.destroy());
    socket.pipe(back).pipe(socket);
  });
  onTestFinished(() => void relay.close());
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const address = relay.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const signature = '0d0a0d0a000d0a515549540a';
const local = Buffer.from(`${signature}20110000`, 'hex');
const unspecified = Buffer.from(`${signature}21000003040000`, 'hex');
const itself = { host: '127.0.0.1', port: expect.any(Number) };
const forwarded = { host: '203.0.113.5', byProxy: '127.0.0.1' };

describe('behind a proxy that says', () => {
  test.each([
    ['UNKNOWN, the connection is its own', 'PROXY UNKNOWN ff::1 ff::2 1 2\r\n', [], itself],
    ['LOCAL, the connection is its own', local, [], itself],
    ['nothing of the family, the connection is its own', unspecified, [], itself],
    ['LOCAL, headers tell more', local, [['X-Forwarded-For', '203.0.113.5']], forwarded],
    [
      'a proxy that is trusted too, headers tell more',
      'PROXY TCP4 10.0.0.7 127.0.0.1 4711 80\r\n',
      [['Forwarded', 'for="192.0.2.1;, for="203.0.113.5"']],
      forwarded,
    ],
    [
      'a client, headers tell nothing',
      'PROXY TCP4 203.0.113.5 127.0.0.1 4711 80\r\n',
      [forged],
      { ...forwarded, port: 4711 },
    ],
  ] as const)('%s', async (_what, header, headers, peer) => {
    const { port, started } = await serve('127.0.0.1,10.0.0.0/8');
    const { error } = await collect(
      runClientPlan(clientPlan(await relayWith(header, port), { headers, seconds: 0.1, direction: 'bidir' })),
    );
    expect(error).toBeUndefined();
    expect((await started).peer).toEqual(peer);
  });
});

/** What a server answers to these bytes, each in a packet of its own, until it closes the connection. */
async function answerTo(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true).on('error', () => {});
  let reply = '';
  socket.on('data', (chunk) => {
    reply += chunk.toString('latin1');
  });
  const closed = new Promise((resolve) => socket.on('close', resolve));
  for (const byte of bytes) {
    socket.write(byte);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await closed;
  return reply;
}

describe('a PROXY header', () => {
  const good = 'PROXY TCP4 203.0.113.5 127.0.0.1 4711 80\r\n';
  const request = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

  test('is read in single bytes too', async () => {
    const { port } = await serve('127.0.0.1');
    expect(await answerTo(port, good + request)).toMatch(/^HTTP\/1\.1 426 /);
  });

  test.each([['that is bad', '127.0.0.1', `PROXY TCP4 x y z\r\n${request}`]])(
    '%s ends the connection',
    async (_what, trusted, bytes) => {
      const { port } = await serve(trusted);
      expect(await answerTo(port, bytes)).toBe('');
    },
  );

  test.each([
    ['of a client behind a proxy that has said its own', '127.0.0.1', good + good + request],
    ['from a peer that is not trusted', '192.0.2.1', good + request],
  ])('%s is refused as no request', async (_what, trusted, bytes) => {
    const { port } = await serve(trusted);
    expect(await answerTo(port, bytes)).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*\r\n\r\nthis is no request of HTTP \(a PROXY header is read from whom --trust-proxy names\)\n$/,
    );
  });

  test.each([
    ['cut short', good.slice(0, 20)],
    ['with nothing behind it', good],
  ])('%s is waited for no longer than any first byte', async (_what, bytes) => {
    const clock = new FakeClock();
    const { port } = await serve('127.0.0.1', {}, { clock });
    const answer = answerTo(port, bytes);
    await expect.poll(() => clock.pending).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    clock.advance(waits.firstBytesSeconds);
    expect(await answer).toBe('');
    expect(clock.pending).toBe(0);
  });
});

describe('an address', () => {
  test('of a client of the original wperf is told in the same way', async () => {
    const { port, notices } = await serve('127.0.0.1');
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { 'X-Forwarded-For': '203.0.113.5' } });
    ws.on('error', () => {}).on('open', () => ws.send('sesame'));
    await expect.poll(notices).toEqual([expect.stringMatching(/^203\.0\.113\.5: this server asks for no token/)]);
  });
});

describeNeeding('a server of both families', [ipv6], () => {
  test('knows an IPv4 proxy, whose address it sees as IPv6', async () => {
    const { port, started } = await serve('127.0.0.1', { host: '::' });
    await collect(runClientPlan(clientPlan(port, { headers: [forged], seconds: 0.1 })));
    expect((await started).peer).toEqual({ host: '198.51.100.99', byProxy: '127.0.0.1' });
  });
});
