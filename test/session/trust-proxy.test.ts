/** Whom a server takes its client for, behind proxies that it trusts and others. */
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StartEvent } from '../../src/events.js';
import type { ServerPlan } from '../../src/plan.js';
import { runClientPlan } from '../../src/session/client.js';
import { startServerPlan } from '../../src/session/server.js';
import { parseCidr } from '../../src/transport/trusted.js';
import { makeCertificates } from '../support/certificates.js';
import { collect } from '../support/events.js';
import { describeNeeding, program } from '../support/needs.js';
import { startHaproxy } from '../support/peers/haproxy.js';
import { startNginx } from '../support/peers/nginx.js';
import { clientPlan } from '../support/plans.js';
import { measureWithWperf, startWperfServer } from '../support/wperf.js';

async function serve(trusted: string, changes: Partial<ServerPlan> = {}) {
  const trustProxy = trusted.split(',').flatMap((text) => parseCidr(text) ?? []);
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, trustProxy, ...changes });
  onTestFinished(() => server.close());
  const started = new Promise<StartEvent>((resolve) => {
    server.on('test', (event) => event.type === 'start' && resolve(event));
  });
  return { port: server.address.port, started };
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

describe('a PROXY header', () => {
  test.each([
    ['cut into single bytes', 'PROXY TCP4 203.0.113.5 127.0.0.1 4711 80\r\n', 'HTTP/1.1 426'],
    ['that is bad', 'PROXY TCP4 x y z\r\n', ''],
  ])('%s', async (_what, header, answer) => {
    const { port } = await serve('127.0.0.1');
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true).on('error', () => {});
    let reply = '';
    socket.on('data', (chunk) => {
      reply += chunk.toString('latin1');
    });
    const closed = new Promise((resolve) => socket.on('close', resolve));
    for (const byte of `${header}GET / HTTP/1.1\r\nHost: x\r\n\r\n`) {
      socket.write(byte);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await closed;
    expect(reply.slice(0, answer.length || 100)).toBe(answer);
  });
});
