/** What stands between a client and a server: TLS, reverse proxies, proxies, IPv6. Each is the real thing. */
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { makeCertificates } from '../support/certificates.js';
import { describeNeeding, ipv6, program } from '../support/needs.js';
import { startTlsInFront } from '../support/peers/haproxy.js';
import { startMicrosocks } from '../support/peers/microsocks.js';
import { startNginx, startReverseProxy } from '../support/peers/nginx.js';
import { startTinyproxy } from '../support/peers/tinyproxy.js';
import { UndoStack } from '../support/undo.js';
import { measureWithWperf, runWperf, startWperfServer } from '../support/wperf.js';

const quick = ['-t', '0.3', '-i', '0.2'];
const stack = new UndoStack();
afterEach(() => stack.undo());

const secretly = (url: string) => url.replace('//', '//ann:secret@');

/** The latency connection, and pings of their own, take the same way as the load. */
async function expectRoundTrips(args: readonly string[]): Promise<void> {
  const report: unknown = await measureWithWperf([...args, '-t', '1']);
  expect(report).toMatchObject({ end: { latency: { idle: { samples: 20 }, rpm: expect.any(Number) } } });
  const pings: unknown = await measureWithWperf([...args, '--ping', '--ping-count', '3', '-i', '0.1']);
  expect(pings).toMatchObject({ end: { transmitted: 3, received: 3 } });
}

/** Networks and bare addresses in NO_PROXY: past a proxy that is not there. */
async function expectDirect(port: number): Promise<void> {
  for (const NO_PROXY of ['127.0.0.0/8', '::1 127.0.0.1']) {
    const env = { http_proxy: 'http://127.0.0.1:1', no_proxy: undefined, NO_PROXY };
    const { exitCode, stdout } = await runWperf(['-c', `127.0.0.1:${port}`, ...quick], { env });
    expect([exitCode, stdout.includes('proxy')]).toEqual([0, false]);
  }
}

async function expectMeasures(args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  for (const direction of [[], ['-R'], ['--bidir', '-P', '2']]) {
    const report = await measureWithWperf([...args, ...quick, ...direction], { env });
    expect(report.end.sum_received.bytes).toBeGreaterThan(100_000);
  }
}

describeNeeding('wss with a private authority', [program('openssl')], () => {
  test('measures where the client trusts it, or does not ask', async () => {
    const { ca, cert, key } = await makeCertificates(onTestFinished);
    const { port } = await startWperfServer(onTestFinished, ['--tls-cert', cert, '--tls-key', key]);
    await expectMeasures(['-c', `wss://localhost:${port}/x`, '--cacert', ca]);
    await expectMeasures(['-c', `wss://127.0.0.1:${port}`, '--insecure']);
    await expectRoundTrips(['-c', `wss://localhost:${port}/x`, '--cacert', ca]);
  });

  test('is refused in one line where anything about it is wrong', async () => {
    const { ca, cert, key } = await makeCertificates(onTestFinished);
    const { port } = await startWperfServer(onTestFinished, ['--tls-cert', cert, '--tls-key', key]);
    const plain = await startWperfServer(onTestFinished);
    const refusal = async (args: readonly string[]) => {
      const { exitCode, stderr } = await runWperf(args);
      expect(stderr).toMatch(/^wperf: error: [^\n]+\n$/);
      return `${exitCode} ${stderr.replaceAll(/\d{4,5}\b/g, 'PORT')}`;
    };
    expect(await refusal(['-c', `wss://127.0.0.1:${port}`])).toMatch(
      /^2 .*TLS with 127.0.0.1:PORT failed: .*certificate.*--cacert/,
    );
    expect(await refusal(['-c', `wss://127.0.0.2:${port}`, '--cacert', ca])).toMatch(/^2 /);
    expect(await refusal(['-c', `ws://127.0.0.1:${port}`])).toMatch(/^2 .*this port speaks TLS: use wss:/);
    expect(await refusal(['-c', `wss://127.0.0.1:${plain.port}`, '--insecure'])).toMatch(/^[23] .*ws:/);
  });

  test('keeps a server alive through broken handshakes', async () => {
    const { ca, cert, key } = await makeCertificates(onTestFinished);
    const server = await startWperfServer(onTestFinished, ['--tls-cert', cert, '--tls-key', key]);
    const { connect } = await import('node:net');
    for (const bytes of ['160301', '16030100050100000100', '1603010200ffffffffffffffff']) {
      await new Promise<void>((resolve) => {
        const socket = connect(server.port, '127.0.0.1', () => socket.end(Buffer.from(bytes, 'hex')));
        socket
          .on('error', () => {})
          .on('close', () => resolve())
          .resume();
      });
    }
    await expectMeasures(['-c', `wss://localhost:${server.port}`, '--cacert', ca]);
    expect(server.process.running).toBe(true);
  });
});

describeNeeding('an nginx reverse proxy', [program('nginx'), program('openssl')], () => {
  test('passes tests in the clear and over TLS', async () => {
    const certificates = await makeCertificates(onTestFinished);
    const { port } = await startWperfServer(onTestFinished, ['--path', '/wperf']);
    const nginx = await startReverseProxy(onTestFinished, certificates, { port });
    await expectMeasures(['-c', `ws://127.0.0.1:${nginx.httpPort}/wperf`]);
    await expectMeasures(['-c', `wss://localhost:${nginx.httpsPort}/wperf`, '--cacert', certificates.ca]);
    const wrong = await runWperf(['-c', `ws://127.0.0.1:${nginx.httpPort}/other`]);
    expect(wrong.exitCode).toBe(3);
    expect(wrong.stderr).toContain('nothing is served at this path');
  });

  test('without a server behind it is told from a server', async () => {
    const certificates = await makeCertificates(onTestFinished);
    const nginx = await startReverseProxy(onTestFinished, certificates, { port: 1 });
    const { exitCode, stderr } = await runWperf(['-c', `ws://127.0.0.1:${nginx.httpPort}`]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('answered HTTP 502 Bad Gateway: it is a proxy that does not reach the server behind it');
  });
});

describeNeeding('an nginx that does not pass all on', [program('nginx'), program('openssl')], () => {
  const upgrade = 'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";';
  const behind = async (directives: string, args: readonly string[] = []) => {
    const { port } = await startWperfServer(onTestFinished, args);
    const location = `location / { proxy_pass http://127.0.0.1:${port}; ${directives} }`;
    const nginx = await startNginx(onTestFinished, await makeCertificates(onTestFinished), location);
    const { exitCode, stderr } = await runWperf(['-c', `ws://127.0.0.1:${nginx.httpPort}`, ...quick]);
    return `${exitCode} ${stderr}`;
  };

  test.each(['', 'proxy_http_version 1.1;'])('is named, and told what to set: %s', async (directives) => {
    expect(await behind(directives)).toMatch(
      /^2 wperf: error: a proxy on the way to [\d.:]+ did not pass the WebSocket upgrade on: in nginx set proxy_http_version 1.1, proxy_set_header Upgrade \$http_upgrade and proxy_set_header Connection "upgrade"\n$/,
    );
  });

  test('is named where the sub-protocol is lost', async () => {
    const lost = `proxy_http_version 1.1; ${upgrade} proxy_set_header Sec-WebSocket-Protocol "";`;
    expect(await behind(lost, ['--no-legacy'])).toMatch(
      /^2 wperf: error: a proxy on the way to [\d.:]+ did not pass Sec-WebSocket-Protocol on: have it pass/,
    );
  });
});

describeNeeding('an HTTPS proxy', [program('tinyproxy'), program('haproxy'), program('openssl')], () => {
  test('passes ws and wss to whom its certificate names', async () => {
    const { ca, cert, key } = await makeCertificates(onTestFinished);
    const [plain, secure] = [
      await startWperfServer(onTestFinished),
      await startWperfServer(onTestFinished, ['--tls-cert', cert, '--tls-key', key]),
    ];
    const { port } = await startTlsInFront(onTestFinished, { cert, key }, (await startTinyproxy(onTestFinished)).port);
    const proxy = ['--proxy', `https://localhost:${port}`];
    const trusting = { NODE_EXTRA_CA_CERTS: ca };
    await expectMeasures(['-c', `127.0.0.1:${plain.port}`, ...proxy], trusting);
    await expectMeasures(['-c', `wss://127.0.0.1:${secure.port}`, '--cacert', ca, ...proxy], trusting);
    const refused = await runWperf(['-c', `127.0.0.1:${plain.port}`, ...proxy]);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/TLS with the proxy localhost:\d+ failed: .*: name its authority in NODE_EXTRA_CA/);
  });
});

describeNeeding('a CONNECT proxy', [program('tinyproxy'), program('openssl')], () => {
  test('passes tests, by flag and by environment', async () => {
    const { port } = await startWperfServer(onTestFinished);
    const proxy = await startTinyproxy(onTestFinished);
    const url = `http://127.0.0.1:${proxy.port}`;
    await expectMeasures(['-c', `127.0.0.1:${port}`, '--proxy', url]);
    await expectRoundTrips(['-c', `127.0.0.1:${port}`, '--proxy', url]);
    await expectMeasures(['-c', `127.0.0.1:${port}`], { HTTP_PROXY: url, http_proxy: url });
    expect(proxy.process.stdout + proxy.process.stderr).toContain('CONNECT');
    const shown: unknown = await measureWithWperf(['-c', `127.0.0.1:${port}`, ...quick, '--proxy', secretly(url)]);
    expect(shown).toMatchObject({ start: { proxy: url } });
    const { stdout } = await runWperf(['-c', `127.0.0.1:${port}`, ...quick, '--proxy', secretly(url)]);
    expect(stdout).toMatch(new RegExp(`^wperf [^\n]+\nThrough the proxy ${url}\n`));
    await expectDirect(port);
    const dead = { HTTP_PROXY: 'http://127.0.0.1:1', http_proxy: 'http://127.0.0.1:1' };
    await expectMeasures(['-c', `127.0.0.1:${port}`], { ...dead, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' });
    expect((await runWperf(['-c', `127.0.0.1:${port}`], { env: dead })).exitCode).toBe(2);
  });

  test('passes wss, and asks for credentials', async () => {
    const { ca, cert, key } = await makeCertificates(onTestFinished);
    const { port } = await startWperfServer(onTestFinished, ['--tls-cert', cert, '--tls-key', key]);
    const proxy = await startTinyproxy(onTestFinished, { credentials: { user: 'ann', password: 'secret' } });
    const target = ['-c', `wss://localhost:${port}`, '--cacert', ca];
    await expectMeasures([...target, '--proxy', `http://ann:secret@127.0.0.1:${proxy.port}`]);
    for (const [login, told] of [
      ['', 'HTTP 407 .*: put user:password@ in front of its host'],
      ['ann:wrong@', 'HTTP 401 .*: check the user and password in its URL'],
    ]) {
      const refused = await runWperf([...target, '--proxy', `http://${login}127.0.0.1:${proxy.port}`]);
      expect(refused.exitCode).toBe(2);
      expect(refused.stderr).toMatch(
        new RegExp(`^wperf: error: the proxy [\\d.:]+ did not connect to localhost:\\d+: ${told}\n$`),
      );
    }
  });
});

describeNeeding('a SOCKS5 server', [program('microsocks')], () => {
  test('passes tests, with and without credentials', async () => {
    const { port } = await startWperfServer(onTestFinished);
    const open = await startMicrosocks(onTestFinished);
    await expectMeasures(['-c', `127.0.0.1:${port}`, '--proxy', `socks5://127.0.0.1:${open.port}`]);
    await expectMeasures(['-c', `localhost:${port}`, '--proxy', `socks5h://127.0.0.1:${open.port}`]);
    await expectRoundTrips(['-c', `localhost:${port}`, '--proxy', `socks5h://127.0.0.1:${open.port}`]);
    const closed = await startMicrosocks(onTestFinished, { credentials: { user: 'ann', password: 'secret' } });
    await expectMeasures(['-c', `127.0.0.1:${port}`, '--proxy', `socks5://ann:secret@127.0.0.1:${closed.port}`]);
    const refused = await runWperf(['-c', `127.0.0.1:${port}`, '--proxy', `socks5://127.0.0.1:${closed.port}`]);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/^wperf: error: the proxy [\d.:]+ did not connect to [\d.:]+: it wants a login: /);
  });
});

describeNeeding('IPv6', [ipv6], () => {
  test('measures to an address, from an address', async () => {
    const { port } = await startWperfServer(onTestFinished, [], { host: '::1' });
    await expectMeasures(['-c', `[::1]:${port}`]);
    await expectMeasures(['-6', '-B', '::1', '-c', `[::1]:${port}`]);
  });
});
