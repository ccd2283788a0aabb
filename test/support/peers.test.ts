/** The peers proved by hand-made requests, so that a failure of wperf through them is wperf's. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { makeCertificates } from './certificates.js';
import { describeNeeding, networkNamespaces, program } from './needs.js';
import { addresses, makeLab } from './netlab.js';
import { runIperf3, startIperf3Server } from './peers/iperf3.js';
import { startMicrosocks } from './peers/microsocks.js';
import { startReverseProxy } from './peers/nginx.js';
import type { ProxyServer } from './peers/place.js';
import { startTinyproxy } from './peers/tinyproxy.js';
import { run } from './processes.js';

/** A web server of one word, which also tells what it is asked over WebSocket. */
async function startBackend(): Promise<{ readonly port: number }> {
  const http = createServer((_request, response) => response.end('backend'));
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket, request: IncomingMessage) => socket.send(`${request.url} ${request.headers.host}`));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    http.closeAllConnections();
    http.close();
  });
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port };
}

/** The backend's word through nginx, over WebSocket. */
function greeting(url: string, ca?: string): Promise<string> {
  const socket = new WebSocket(url, ca === undefined ? {} : { ca });
  return new Promise((resolve, reject) => {
    socket.on('error', reject).on('message', (data) => {
      resolve(String(data));
      socket.close();
    });
  });
}

describeNeeding('certificates', [program('openssl')], () => {
  test.each(['localhost', '127.0.0.1', '::1'])('vouch for %s, and not for others', async (name) => {
    const { ca, cert } = await makeCertificates(onTestFinished, ['IP:192.0.2.7']);
    const verify = (host: string) => {
      const check = /^[\d.:]+$/.test(host) ? '-verify_ip' : '-verify_hostname';
      return run(['openssl', 'verify', '-CAfile', ca, check, host, cert]);
    };
    expect((await verify(name)).exitCode).toBe(0);
    expect((await verify('192.0.2.7')).exitCode).toBe(0);
    expect((await verify('192.0.2.8')).exitCode).not.toBe(0);
  });
});

describeNeeding('nginx', [program('nginx'), program('openssl')], () => {
  test('hands WebSockets to the backend, over TLS and in the clear', async () => {
    const backend = await startBackend();
    const certificates = await makeCertificates(onTestFinished);
    const nginx = await startReverseProxy(onTestFinished, certificates, backend);
    const ca = await readFile(certificates.ca, 'utf8');
    expect(await greeting(`ws://127.0.0.1:${nginx.httpPort}/a`)).toBe(`/a 127.0.0.1:${nginx.httpPort}`);
    expect(await greeting(`wss://localhost:${nginx.httpsPort}/b`, ca)).toBe(`/b localhost:${nginx.httpsPort}`);
    await expect(greeting(`wss://localhost:${nginx.httpsPort}/c`)).rejects.toThrow(/certificate/);
  });
});

const credentials = { user: 'ann', password: 'secret' };

const proxies = [
  { name: 'tinyproxy', start: startTinyproxy, tunnel: ['--proxytunnel'], scheme: 'http' },
  { name: 'microsocks', start: startMicrosocks, tunnel: [], scheme: 'socks5' },
] as const;

for (const { name, start, tunnel, scheme } of proxies) {
  describeNeeding(name, [program(name), program('curl')], () => {
    const fetchThrough = async (proxy: ProxyServer, login = '') => {
      const backend = await startBackend();
      const url = `${scheme}://${login}${proxy.host}:${proxy.port}`;
      return run(['curl', '-sS', '--noproxy', '', ...tunnel, '--proxy', url, `http://127.0.0.1:${backend.port}/`]);
    };

    test('tunnels to any port', async () => {
      expect((await fetchThrough(await start(onTestFinished))).stdout).toBe('backend');
    });

    test('wants the credentials it was given', async () => {
      const proxy = await start(onTestFinished, { credentials });
      expect((await fetchThrough(proxy, 'ann:secret@')).stdout).toBe('backend');
      expect((await fetchThrough(proxy, 'ann:wrong@')).exitCode).not.toBe(0);
      expect((await fetchThrough(proxy)).exitCode).not.toBe(0);
    });
  });
}

describeNeeding('iperf3', [program('iperf3')], () => {
  test('reports a test in both directions', async () => {
    const server = await startIperf3Server(onTestFinished);
    const { end } = await runIperf3(server, ['--bidir', '-t', '1']);
    expect(end.sum_received.bytes).toBeGreaterThan(0);
    expect(end.sum_received_bidir_reverse?.bytes).toBeGreaterThan(0);
  });

  test('is not taken for success when it fails', async () => {
    const server = await startIperf3Server(onTestFinished);
    await server.process.stop();
    await expect(runIperf3(server, ['-t', '1'])).rejects.toThrow(/unable to connect/);
  });
});

describeNeeding('a peer in a network lab', [networkNamespaces, program('nginx'), program('openssl')], () => {
  test('listens at its host', async () => {
    const lab = await makeLab(onTestFinished);
    const certificates = await makeCertificates(onTestFinished);
    const place = { host: addresses.server, within: lab.within('server') };
    const proxy = await startReverseProxy(onTestFinished, certificates, { port: 1 }, place);
    expect(proxy.process.running).toBe(true);
  });
});
