/** Load by what is not the WebSocket, by all ways that lead to a server, and with all options that its sockets can have. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificates } from '../../support/certificates.js';
import { describeNeeding, ipv6, program, systemCalls } from '../../support/needs.js';
import { startMicrosocks } from '../../support/peers/microsocks.js';
import { startReverseProxy } from '../../support/peers/nginx.js';
import { startTinyproxy } from '../../support/peers/tinyproxy.js';
import { freePort, listening } from '../../support/ports.js';
import { start } from '../../support/processes.js';
import { runWperf, startWperfServer, wperf } from '../../support/wperf.js';

const quick = ['-t', '0.4', '-b', '5M'];
const protos = ['tcp', 'udp', 'kcp'] as const;

async function measure(...args: readonly string[]) {
  const { exitCode, stdout, stderr } = await runWperf([...args, ...quick, '-J']);
  const report = JSON.parse(stdout || '{}');
  if (exitCode !== 0) throw new Error(`${args.join(' ')}: ${exitCode} ${stderr}${report.error}`);
  return report;
}

describeNeeding('a server that speaks TLS', [program('openssl')], () => {
  test.each(protos)('takes load over %s beside it', async (proto) => {
    const { ca, cert, key } = await makeCertificates(onTestFinished);
    const { port } = await startWperfServer(onTestFinished, ['--tls-cert', cert, '--tls-key', key]);
    const { start, end } = await measure('-c', `wss://localhost:${port}/`, '--cacert', ca, '--proto', proto);
    expect(start).toMatchObject({ transport: proto, secure: false });
    expect(end.sum_received.bytes).toBeGreaterThan(100_000);
  });
});

describeNeeding('through a proxy', [program('tinyproxy'), program('microsocks')], () => {
  test('load over tcp goes too', async () => {
    const { port } = await startWperfServer(onTestFinished);
    const [http, socks] = [await startTinyproxy(onTestFinished), await startMicrosocks(onTestFinished)];
    for (const proxy of [`http://127.0.0.1:${http.port}`, `socks5h://127.0.0.1:${socks.port}`]) {
      const { start, end } = await measure('-c', `127.0.0.1:${port}`, '--proxy', proxy, '--proto', 'tcp', '-R');
      expect(start).toMatchObject({ transport: 'tcp', proxy });
      expect(end.sum_received.bytes).toBeGreaterThan(100_000);
    }
  });
});

describeNeeding('behind a reverse proxy that knows HTTP alone', [program('nginx'), program('openssl')], () => {
  test('load over tcp does not arrive, which is told with what to do', async () => {
    const { port } = await startWperfServer(onTestFinished);
    const nginx = await startReverseProxy(onTestFinished, await makeCertificates(onTestFinished), { port });
    const { exitCode, stderr } = await runWperf(['-c', `127.0.0.1:${nginx.httpPort}`, '--proto', 'tcp', ...quick]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('no tcp connection with the key of this test reached the server within 5 s');
    expect(stderr).toContain('leave --proto away to measure over WebSocket');
  });
});

describeNeeding('over IPv6', [ipv6], () => {
  test.each(protos)('load goes by %s', async (proto) => {
    const { port } = await startWperfServer(onTestFinished, [], { host: '::1' });
    const { start } = await measure('-c', `[::1]:${port}`, '--proto', proto);
    expect(start.connected[0]).toMatchObject({ local_host: '::1', remote_host: '::1', remote_port: port });
  });

  test.each(protos)('a server at all addresses takes both families by %s', async (proto) => {
    const port = await freePort();
    const running = await start(onTestFinished, wperf('-s', '-p', String(port)));
    await listening(running, { host: '127.0.0.1', port });
    for (const host of ['127.0.0.1', '[::1]']) await measure('-c', `${host}:${port}`, '--proto', proto, '-R');
  });
});

describeNeeding('options of sockets', [systemCalls], () => {
  test('hold for the connection that carries load over tcp', async () => {
    const { port } = await startWperfServer(onTestFinished);
    const flags = ['-w', '64K', '-M', '1000', '-C', 'cubic', '-S', '0x28', '--cport', String(await freePort())];
    const { start } = await measure('-c', `127.0.0.1:${port}`, '--proto', 'tcp', ...flags);
    const facts = { sndbuf: 131_072, rcvbuf: 131_072, tos: 0x28, mss: 988, congestion: 'cubic' };
    expect(start.socket_options.local).toMatchObject(facts);
    expect(start.connected[0].local_port).toBe(Number(flags.at(-1)));
  });

  test('hold for the sockets of udp', async () => {
    const { port } = await startWperfServer(onTestFinished);
    const flags = ['-w', '128K', '--dscp', 'ef', '--cport', String(await freePort())];
    const { start } = await measure('-c', `127.0.0.1:${port}`, '--proto', 'udp', '-P', '2', ...flags);
    expect(start.socket_options.local).toMatchObject({ sndbuf: 262_144, rcvbuf: 262_144, tos: 0xb8 });
    const ports = start.connected.map(({ local_port: local }: { local_port: number }) => local);
    expect(ports).toEqual([Number(flags.at(-1)), Number(flags.at(-1)) + 1]);
  });
});

describe('a server whose UDP port is taken', () => {
  test('says so, and offers the rest', async () => {
    const port = await freePort();
    const taker = createSocket('udp4').bind(port, '127.0.0.1');
    onTestFinished(() => void taker.close());
    await once(taker, 'listening');
    const running = await start(onTestFinished, wperf('-s', '--host', '127.0.0.1', '-p', String(port)));
    await listening(running, { host: '127.0.0.1', port });
    await expect.poll(() => running.stderr).toMatch(/--proto udp is not offered: .*EADDRINUSE/);
    const { exitCode, stderr } = await runWperf(['-c', `127.0.0.1:${port}`, '--proto', 'udp', ...quick]);
    expect({ exitCode, refused: stderr.includes('the server offers no --proto udp, but ws, tcp') }).toEqual({
      exitCode: 3,
      refused: true,
    });
    expect((await measure('-c', `127.0.0.1:${port}`, '--proto', 'tcp')).start.transport).toBe('tcp');
  });
});

describe.each(protos)('over %s', (proto) => {
  test('a client that is killed is noticed, and the next is served', async () => {
    const { port, process: server } = await startWperfServer(onTestFinished);
    const client = await start(
      onTestFinished,
      wperf('-c', `127.0.0.1:${port}`, '--proto', proto, '-R', '-t', '30', '-b', '5M', '-i', '0.2'),
    );
    await client.outputMatching(/0\.2\d-0\.4\d/);
    client.signal('SIGKILL');
    await expect
      .poll(() => server.stdout + server.stderr, { timeout: 5000 })
      .toMatch(/was closed by the other side|was lost/);
    expect((await measure('-c', `127.0.0.1:${port}`, '--proto', proto)).end.sum_received.bytes).toBeGreaterThan(
      100_000,
    );
  });

  test('a server that is killed ends the test with what there was, at once', async () => {
    const { port, process: server } = await startWperfServer(onTestFinished);
    const client = await start(
      onTestFinished,
      wperf('-c', `127.0.0.1:${port}`, '--proto', proto, '-t', '30', '-b', '5M', '-i', '0.2'),
    );
    await client.outputMatching(/0\.2\d-0\.4\d/);
    server.signal('SIGKILL');
    const { exitCode, stderr, stdout } = await client.finished;
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/wperf: error: the (tcp |udp |kcp )?connection/);
    expect(stdout).toContain('receiver (partial)');
  });

  test('Ctrl-C ends the test with its results so far', async () => {
    const { port } = await startWperfServer(onTestFinished);
    const client = await start(
      onTestFinished,
      wperf('-c', `127.0.0.1:${port}`, '--proto', proto, '-t', '30', '-b', '5M', '-i', '0.2'),
    );
    await client.outputMatching(/0\.2\d-0\.4\d/);
    client.signal('SIGINT');
    const { exitCode, stdout } = await client.finished;
    expect(exitCode).toBe(130);
    expect(stdout).toMatch(/receiver\n/);
  });
});
