/** The files of deploy/ with the real programs that they are for. */
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { repositoryFile, temporaryFolder } from '../support/folders.js';
import { describeNeeding, program } from '../support/needs.js';
import { startNginx } from '../support/peers/nginx.js';
import { freePort, listening } from '../support/ports.js';
import { run, start } from '../support/processes.js';
import { measureWithWperf, runWperf, startWperfServer, type WperfServer, wperf } from '../support/wperf.js';

function deployed(name: string): Promise<string> {
  return readFile(repositoryFile('deploy', name), 'utf8');
}

function serve(): Promise<WperfServer> {
  return startWperfServer(onTestFinished, ['--trust-proxy', '127.0.0.1']);
}

/** Both ways through TLS at `port`, and the client by its own address at the server. */
async function expectPassage(server: WperfServer, port: number): Promise<void> {
  const words = ['-c', `wss://localhost:${port}/wperf`, '-4', '--insecure', '-t', '0.4', '--bidir', '-B', '127.0.0.9'];
  const report = await measureWithWperf([...words, '-H', 'Forwarded: for=198.51.100.1']);
  expect(report.end.sum_received.bytes).toBeGreaterThan(100_000);
  await server.process.outputMatching(/Accepted connection from 127\.0\.0\.9.*, by proxy 127\.0\.0\.1 /);
  const ping = await runWperf([
    '-c',
    `wss://localhost:${port}/wperf`,
    '--insecure',
    '--ping',
    '--ping-count',
    '2',
    '-i',
    '0.1',
  ]);
  expect(ping.exitCode).toBe(0);
}

async function bothPem(folder: string, { cert, key }: Certificates): Promise<string> {
  const file = join(folder, 'both.pem');
  await writeFile(file, `${await readFile(cert, 'utf8')}${await readFile(key, 'utf8')}`);
  return file;
}

describeNeeding('nginx.conf', [program('nginx'), program('openssl')], () => {
  test('passes tests on', async () => {
    const server = await serve();
    const location = (await deployed('nginx.conf')).replace(':8765', `:${server.port}`);
    const { httpsPort } = await startNginx(onTestFinished, await makeCertificates(onTestFinished), location);
    await expectPassage(server, httpsPort);
  });
});

describeNeeding('haproxy.cfg', [program('haproxy'), program('openssl')], () => {
  test('passes tests on', async () => {
    const [server, port, folder] = [await serve(), await freePort(), await temporaryFolder(onTestFinished)];
    const pem = await bothPem(folder, await makeCertificates(onTestFinished));
    const file = join(folder, 'haproxy.cfg');
    const text = (await deployed('haproxy.cfg'))
      .replace(':8765', `:${server.port}`)
      .replace(':443', `127.0.0.1:${port}`)
      .replace('/etc/haproxy/example.org.pem', pem);
    await writeFile(file, text);
    expect((await run(['haproxy', '-c', '-f', file])).stderr).not.toMatch(/WARNING|ALERT/);
    const running = await start(onTestFinished, ['haproxy', '-db', '-f', file]);
    await listening(running, { host: '127.0.0.1', port });
    await expectPassage(server, port);
  });
});

describeNeeding('Caddyfile', [program('caddy'), program('openssl')], () => {
  test('passes tests on', async () => {
    const [server, port, folder] = [await serve(), await freePort(), await temporaryFolder(onTestFinished)];
    const { cert, key } = await makeCertificates(onTestFinished);
    const site = `{\n\tadmin off\n\tauto_https disable_redirects\n}\nhttps://localhost:${port} {\n\tbind 127.0.0.1\n\ttls ${cert} ${key}`;
    const text = (await deployed('Caddyfile')).replace(':8765', `:${server.port}`).replace('example.org {', site);
    const file = join(folder, 'Caddyfile');
    await writeFile(file, text);
    const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    const running = await start(onTestFinished, ['caddy', 'run', '--config', file, '--adapter', 'caddyfile'], { env });
    await listening(running, { host: '127.0.0.1', port });
    await expectPassage(server, port);
  });
});

describeNeeding('the systemd units', [program('systemd-analyze', 'systemd')], () => {
  test('are sound, and leave little open', async () => {
    const folder = await temporaryFolder(onTestFinished);
    for (const name of ['wperf.service', 'wperf.socket']) {
      const text = (await deployed(name))
        .replace('/usr/local/bin/wperf', process.execPath)
        .replace(/^Documentation=.*\n/m, '');
      await writeFile(join(folder, name), text);
    }
    const units = ['wperf.service', 'wperf.socket'].map((name) => join(folder, name));
    expect(await run(['systemd-analyze', 'verify', ...units])).toMatchObject({ exitCode: 0, stderr: '' });
    const analyzed = await run(['systemd-analyze', 'security', '--offline=true', '--no-pager', units[0] ?? '']);
    const [, level] = /Overall exposure level for wperf\.service: ([\d.]+)/.exec(analyzed.stdout) ?? [];
    expect(Number(level)).toBeLessThan(2);
  });
});

describeNeeding('a socket of systemd', [program('systemd-socket-activate', 'systemd')], () => {
  test('is served', async () => {
    const port = await freePort();
    const words = ['systemd-socket-activate', '-l', `127.0.0.1:${port}`, ...wperf('--no-config', '-s', '-1')];
    const server = await start(onTestFinished, words);
    await server.outputMatching(/Listening on/);
    const report = await measureWithWperf(['-c', `127.0.0.1:${port}`, '-t', '0.3']);
    expect(report.end.sum_received.bytes).toBeGreaterThan(0);
    expect(await server.finished).toMatchObject({ exitCode: 0 });
  });

  test('is refused where it has no port of TCP', async () => {
    const at = join(await temporaryFolder(onTestFinished), 'socket');
    const server = await start(onTestFinished, ['systemd-socket-activate', '-l', at, ...wperf('--no-config', '-s')]);
    await server.outputMatching(/Listening on/);
    connect(at).on('error', () => {});
    const { exitCode, stderr } = await server.finished;
    expect(stderr).toMatch(
      /^wperf: error: systemd hands over no TCP socket: give ListenStream= a port in the socket unit$/m,
    );
    expect(exitCode).toBe(5);
  });
});

describe('the Dockerfile', () => {
  test('names its stages, user and health, and only what is there', async () => {
    const text = await deployed('Dockerfile');
    expect(text.match(/^FROM /gm)).toHaveLength(2);
    expect(text).toMatch(/^USER node$/m);
    expect(text).toMatch(/^HEALTHCHECK /m);
    const scripts = JSON.parse(await readFile(repositoryFile('package.json'), 'utf8')).scripts;
    for (const [, name = ''] of text.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toHaveProperty([name]);
  });

  test('asks a server of its own how it is', async () => {
    const { port, process: server } = await serve();
    const [, asked = ''] = /^HEALTHCHECK .*\\\n +CMD (.*)$/m.exec(await deployed('Dockerfile')) ?? [];
    const [node, ...words] = JSON.parse(asked.replace(':8765', `:${port}`));
    expect(node).toBe('node');
    expect(await run([process.execPath, ...words])).toMatchObject({ exitCode: 0 });
    await server.stop();
    expect(await run([process.execPath, ...words])).toMatchObject({ exitCode: 1 });
  });
});
