/** What a server answers to plain HTTP, and to upgrades that a proxy has crippled. */
import { readFile } from 'node:fs/promises';
import { connect as connectTls } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { runClientPlan } from '../../src/client.js';
import type { ServerPlan } from '../../src/plan/plan.js';
import { startServerPlan } from '../../src/server/server.js';
import { makeCertificates } from '../support/certificates.js';
import { collect } from '../support/events.js';
import { describeNeeding, program } from '../support/needs.js';
import { startNginx } from '../support/peers/nginx.js';
import { startScripted } from '../support/peers/scripted-proxy.js';
import { clientPlan } from '../support/plans.js';
import { answerTo, hold, nativeProtocol, request, upgradeRequest } from '../support/raw.js';

async function serve(plan: Partial<ServerPlan> = {}): Promise<number> {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, ...plan });
  onTestFinished(() => server.close());
  return server.address.port;
}

const isWell =
  /^HTTP\/1\.1 200 OK\r\n[\s\S]*Content-Type: text\/plain; charset=utf-8\r\n[\s\S]*\r\n\r\nwperf is well\n$/;

describe('/health', () => {
  test.each([
    ['as it is', request('/health')],
    ['with a query', request('/health?probe=1')],
    ['by its whole URL', request('http://wperf.test/health')],
    ['by HTTP/1.0', 'GET /health HTTP/1.0\r\n\r\n'],
    ['with an offer of HTTP/2', request('/health', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c')],
  ])('is well, asked %s', async (_how, bytes) => {
    expect(await answerTo(await serve(), bytes)).toMatch(isWell);
    expect(await answerTo(await serve({ path: '/measure', oneOff: true }), bytes)).toMatch(isWell);
  });

  test('has no body for HEAD', async () => {
    const reply = await answerTo(await serve(), request('/health').replace('GET', 'HEAD'));
    expect(reply).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Content-Length: 14\r\n[\s\S]*\r\n\r\n$/);
  });

  test('ends no one-off server', async () => {
    const port = await serve({ oneOff: true });
    await answerTo(port, request('/health'));
    expect((await collect(runClientPlan(clientPlan(port)))).error).toBeUndefined();
  });
});

describeNeeding('/health over TLS', [program('openssl')], () => {
  test('is well', async () => {
    const { cert, key } = await makeCertificates(onTestFinished);
    const port = await serve({ tls: { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') } });
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    let reply = '';
    socket.setEncoding('latin1').on('data', (text) => {
      reply += text;
    });
    socket.write(request('/health'));
    await new Promise((resolve) => socket.on('close', resolve));
    expect(reply).toMatch(isWell);
    expect(await answerTo(port, request('/health'))).toMatch(/^HTTP\/1\.1 400 [\s\S]*wperf-error: tls-failure/);
  });
});

const passUpgrade =
  /wperf-error: proxy-failure\r\n[\s\S]*\r\n\r\na proxy on the way did not pass the WebSocket upgrade on: [^\n]*Upgrade and Connection[^\n]*\n$/;

describe('a request whose upgrade was lost on the way', () => {
  test.each([
    ['is known by its key', [nativeProtocol, 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==']],
    ['is known by its version', ['Sec-WebSocket-Version: 13']],
    [
      'is known with the header Upgrade alone',
      ['Upgrade: websocket', 'Connection: close', 'Sec-WebSocket-Version: 13'],
    ],
    ['is known by its program', ['User-Agent: wperf/1.0.0']],
  ])('%s', async (_how, lines) => {
    const reply = await answerTo(await serve({ path: '/measure' }), request('/measure', ...lines));
    expect(reply).toMatch(/^HTTP\/1\.1 426 [\s\S]*\r\nwperf-protocol: wperf.v1\r\n/);
    expect(reply).toMatch(passUpgrade);
  });

  test('is no browser', async () => {
    const reply = await answerTo(await serve(), request('/', 'User-Agent: Mozilla/5.0'));
    expect(reply).toMatch(/^HTTP\/1\.1 426 [\s\S]*wperf-error: request-refused\r\n/);
  });
});

describe('an upgrade', () => {
  test.each([
    ['wperf.v1', nativeProtocol],
    ['the original', 'X-Nothing: at all'],
  ])('of %s says in its answer who serves', async (_who, line) => {
    const { reply, socket } = await hold(await serve(), upgradeRequest(line));
    onTestFinished(() => void socket.destroy());
    await expect.poll(reply).toMatch(/^HTTP\/1\.1 101 [\s\S]*\r\nwperf-protocol: wperf\.v1\r\n/);
  });

  test('of this program without its sub-protocol is refused, and not taken for the original', async () => {
    const reply = await answerTo(await serve(), upgradeRequest('User-Agent: wperf/1.0.0'));
    expect(reply).toMatch(/^HTTP\/1\.1 400 [\s\S]*wperf-error: proxy-failure\r\n[\s\S]*Sec-WebSocket-Protocol/);
  });

  test('that offers several sub-protocols gets the one that is spoken', async () => {
    const ws = new WebSocket(`ws://127.0.0.1:${await serve()}/`, ['chat', 'wperf.v1']);
    onTestFinished(() => ws.terminate());
    await new Promise((resolve) => ws.on('open', resolve));
    expect(ws.protocol).toBe('wperf.v1');
  });

  test('without a sound key is refused', async () => {
    const broken = upgradeRequest(nativeProtocol).replace('AAAA', '');
    expect(await answerTo(await serve(), broken)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test.each([
    ['another key', 400, 'Sec-WebSocket-Key', (asked: string) => asked.replace('AAAA', '')],
    ['no key', 400, 'Sec-WebSocket-Key', (asked: string) => asked.replace(/Sec-WebSocket-Key.*\r\n/, '')],
    ['another version', 400, 'Sec-WebSocket-Version', (asked: string) => asked.replace(': 13', ': 7')],
    [
      'an unsound list of sub-protocols',
      400,
      'Sec-WebSocket-Protocol',
      (asked: string) => asked.replace('.v1', '.v1,'),
    ],
    ['another method', 405, 'method', (asked: string) => asked.replace('GET', 'POST')],
  ])('with %s is refused as anything else is', async (_what, status, named, broken) => {
    const reply = await answerTo(await serve(), broken(upgradeRequest(nativeProtocol)));
    expect(reply).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*\r\nwperf-protocol: wperf\\.v1\r\n`));
    expect(reply).toMatch(/\r\nwperf-error: request-refused\r\n[\s\S]*\r\nSec-WebSocket-Version: 13\r\n/);
    expect(reply).toMatch(new RegExp(`\r\n\r\nthis is no sound request for a WebSocket [^\n]*${named}[^\n]*\n$`));
  });

  test('that something on the way has broken is told as the server says it', async () => {
    const port = await serve();
    const relay = await startScripted(onTestFinished, (socket, first) => {
      const asked = first.toString('latin1').replace('Version: 13', 'Version: 7');
      void answerTo(port, asked).then((reply) => socket.end(reply));
    });
    const { error } = await collect(runClientPlan(clientPlan(relay)));
    expect(error).toContain('this is no sound request for a WebSocket (a proxy on the way may have altered it)');
  });
});

describe('what nothing can be made of', () => {
  test.each([
    ['for a proxy', 405, 'CONNECT a.test:80 HTTP/1.1\r\nHost: a.test:80\r\n\r\n', /and no proxy/],
    ['for a proxy, by this program', 405, 'CONNECT a.test:80 HTTP/1.1\r\nUser-Agent: wperf/1.0.0\r\n\r\n', /no proxy/],
    ['without a host', 400, 'GET / HTTP/1.1\r\n\r\n', /no header Host/],
    ['with an expectation', 426, request('/', 'Expect: much'), /This is a wperf server/],
    ['with a body of no known length', 426, request('/', 'Transfer-Encoding: gzip'), /This is a wperf server/],
  ])('%s is answered once, as anything else is', async (_what, status, bytes, text) => {
    const reply = await answerTo(await serve(), bytes);
    expect(reply).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*\r\nwperf-error: request-refused\r\n`));
    expect(reply).toMatch(text);
    expect(reply.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });
});

describeNeeding('behind an nginx', [program('nginx'), program('openssl')], () => {
  async function through(port: number, settings: string): Promise<string> {
    const location = `location / { proxy_pass http://127.0.0.1:${port}; ${settings} }`;
    const { httpPort } = await startNginx(onTestFinished, await makeCertificates(onTestFinished), location);
    const { reply, socket } = await hold(httpPort, upgradeRequest(nativeProtocol, 'User-Agent: wperf/1.0.0'));
    onTestFinished(() => void socket.destroy());
    await expect.poll(reply).toMatch(/\r\n\r\na proxy [^\n]+\n/);
    return reply();
  }

  test.each([
    ['as it comes', ''],
    ['that speaks HTTP/1.1', 'proxy_http_version 1.1;'],
    ['with the header Upgrade alone', 'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;'],
  ])('%s the answer says what to set', async (_how, settings) => {
    const reply = await through(await serve(), settings);
    expect(reply).toMatch(/^HTTP\/1\.1 426 /);
    expect(reply).toContain('wperf-error: proxy-failure\r\n');
    expect(reply).toContain('did not pass the WebSocket upgrade on');
  });

  test('that drops the sub-protocol the answer says which header to leave', async () => {
    const upgrade = 'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";';
    const drop = 'proxy_set_header Sec-WebSocket-Protocol "";';
    const reply = await through(await serve(), `proxy_http_version 1.1; ${upgrade} ${drop}`);
    expect(reply).toMatch(/^HTTP\/1\.1 400 [\s\S]*proxy-failure/);
    expect(reply).toContain('Sec-WebSocket-Protocol');
  });

  test('finds the server well', async () => {
    const location = `location / { proxy_pass http://127.0.0.1:${await serve()}; }`;
    const { httpPort } = await startNginx(onTestFinished, await makeCertificates(onTestFinished), location);
    expect((await fetch(`http://127.0.0.1:${httpPort}/health`)).status).toBe(200);
  });
});

describe('what is no request that can be read', () => {
  test.each([
    ['has a word that is no method', 'HELLO wperf\r\n\r\n', /^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*this is no request/],
    [
      'has more headers than are read',
      request('/', `X: ${'x'.repeat(20_000)}`),
      /^HTTP\/1\.1 431 Request Header Fields Too Large\r\n[\s\S]*headers of at most 16384 bytes are read\n$/,
    ],
  ])('%s', async (_what, bytes, answer) => {
    const reply = await answerTo(await serve(), bytes);
    expect(reply).toMatch(answer);
    expect(reply).toMatch(/\r\nwperf-error: request-refused\r\n/);
  });

  test('is told to a client of long headers', async () => {
    const port = await serve();
    const { error } = await collect(runClientPlan(clientPlan(port, { headers: [['X', 'x'.repeat(20_000)]] })));
    expect(error).toContain('headers of at most 16384 bytes are read');
  });
});
