/** The WebSocket transport: what answered, told as a fact, and where it was connected to. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exitCode, type WperfError } from '../../../src/errors.js';
import type { Connected, Way } from '../../../src/transport/transport.js';
import { makeWsTransport, wsTransport } from '../../../src/transport/ws/connect.js';
import { describeNeeding, ipv6 } from '../../support/needs.js';

function wayTo(port: number, changes: Partial<Way> = {}): Way {
  return {
    target: { host: '127.0.0.1', port, secure: false, path: '/' },
    connectTimeoutMs: 3000,
    headers: [],
    insecure: false,
    ...changes,
  };
}

interface Fake {
  readonly port: number;
  /** Of each request. */
  readonly headers: IncomingHttpHeaders[];
}

/** Accepts every WebSocket, with headers of our own, and says a text at once in the same segment. */
async function accepting(headers: readonly string[] = [], host = '127.0.0.1'): Promise<Fake> {
  const seen: IncomingHttpHeaders[] = [];
  const port = await listenOn(createServer(), host, (request, socket) => {
    seen.push(request);
    const key = createHash('sha1').update(`${request['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
    const lines = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${key.digest('base64')}`];
    socket.write(['HTTP/1.1 101 Switching Protocols', ...lines, ...headers, '', ''].join('\r\n'));
    socket.on('data', () => socket.write(Uint8Array.of(0x81, 2, 0x68, 0x69)));
  });
  return { port, headers: seen };
}

async function listenOn(
  server: Server,
  host: string,
  upgrade: (headers: IncomingHttpHeaders, socket: Duplex) => void,
): Promise<number> {
  const open = new Set<Duplex>();
  server.on('upgrade', (request, socket) => {
    open.add(socket.on('error', () => {}));
    upgrade(request.headers, socket);
  });
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

async function connected(way: Way): Promise<Connected> {
  const opened = await wsTransport.connect(way);
  onTestFinished(() => opened.channel.drop());
  return opened;
}

async function failure(connecting: Promise<unknown>): Promise<string> {
  const error: WperfError = await connecting.then(
    () => expect.fail('connected'),
    (thrown) => thrown,
  );
  return `${error.code} ${exitCode(error.code)} ${error.line}`.replaceAll(/:\d{4,5}\b/g, ':PORT');
}

describe('what answered', () => {
  it('is the sub-protocol that the server chose', async () => {
    const { port } = await accepting(['Sec-WebSocket-Protocol: wperf.v1']);
    expect((await connected(wayTo(port))).subprotocol).toBe('wperf.v1');
  });

  it('is undefined where it chose none, on a connection that works', async () => {
    const { port, headers } = await accepting();
    const { channel, subprotocol } = await connected(wayTo(port));
    expect(subprotocol).toBeUndefined();
    const heard = new Promise((resolve) => {
      channel.onText = resolve;
    });
    channel.send('hello');
    expect(await heard).toBe('hi');
    expect(headers).toHaveLength(1);
  });

  it('is another server where it chose what was not offered', async () => {
    const { port } = await accepting(['Sec-WebSocket-Protocol: chat']);
    expect(await failure(wsTransport.connect(wayTo(port)))).toBe(
      'not-wperf 3 127.0.0.1:PORT speaks WebSocket, but not wperf.v1: it may be another WebSocket server, or the original wperf',
    );
  });

  it('is a wperf server behind a proxy that takes the sub-protocol out', async () => {
    const { port } = await accepting(['wperf-protocol: wperf.v1']);
    expect(await failure(wsTransport.connect(wayTo(port)))).toBe(
      'proxy-failure 2 a proxy on the way to 127.0.0.1:PORT did not pass Sec-WebSocket-Protocol on: have it pass this header on in both directions, or connect past it',
    );
  });

  it.each([
    [
      'HTTP/1.1 426 Upgrade Required\r\nwperf-protocol: wperf.v1\r\nwperf-error: request-refused',
      'proxy-failure 2 a proxy on the way to 127.0.0.1:PORT did not pass the WebSocket upgrade on: in nginx set proxy_http_version 1.1,',
    ],
    [
      'HTTP/1.1 101 Switching Protocols\r\nConnection: close\r\nUpgrade: websocket\r\nwperf-protocol: wperf.v1',
      'proxy-failure 2 a proxy on the way to 127.0.0.1:PORT did not pass the WebSocket upgrade on: in nginx set',
    ],
    [
      'HTTP/1.1 101 Switching Protocols\r\nConnection: close\r\nUpgrade: websocket',
      'not-wperf 3 127.0.0.1:PORT answered HTTP 101 Switching Protocols, not as a wperf server',
    ],
    [
      'HTTP/1.1 400 Bad Request\r\nwperf-protocol: wperf.v1\r\nwperf-error: version-mismatch',
      'proxy-failure 2 a proxy on the way to 127.0.0.1:PORT did not pass Sec-WebSocket-Protocol on: have it',
    ],
    [
      'HTTP/1.1 426 Upgrade Required',
      'not-wperf 3 127.0.0.1:PORT answered HTTP 426 Upgrade Required, not as a wperf server: a proxy on the way may not pass the WebSocket upgrade on: in nginx set',
    ],
    [
      'HTTP/1.1 502 Bad Gateway',
      'proxy-failure 2 127.0.0.1:PORT answered HTTP 502 Bad Gateway: it is a proxy that does not reach the server behind it: does "wperf -s" run there',
    ],
    ['HTTP/1.1 503 No Server', 'proxy-failure 2 127.0.0.1:PORT answered HTTP 503 No Server: it is a proxy'],
    ['HTTP/1.1 504 Gateway Timeout', 'proxy-failure 2 127.0.0.1:PORT answered HTTP 504 Gateway Timeout: it is a proxy'],
    [
      'HTTP/1.1 301 Moved Permanently\r\nLocation: https://wperf.test/x',
      'not-wperf 3 127.0.0.1:PORT answered HTTP 301 Moved Permanently, not as a wperf server: it leads elsewhere: wperf -c wss://wperf.test/x',
    ],
    ['HTTP/1.1 302 Found\r\nLocation: /login', 'not as a wperf server: it leads elsewhere: /login'],
    ['HTTP/1.1 302 Found\r\nLocation: http://[::1', 'not as a wperf server: it leads elsewhere: ws://[::1'],
    ['HTTP/1.1 302 Found\r\nLocation: http://a;reboot', 'not as a wperf server: it leads elsewhere: ws://a;reboot'],
    ['HTTP/1.1 302 Found', 'not as a wperf server: check the address, port and path'],
    ['HTTP/1.1 400 Bad Request', 'not as a wperf server: if it speaks TLS use wss://'],
    ['HTTP/1.1 401 Unauthorized', "not as a wperf server: it wants a login: give it with -H 'Authorization: ...'"],
    ['HTTP/1.1 403 Forbidden', 'not as a wperf server: its rules forbid it'],
    ['HTTP/1.1 404 Not Found', 'not as a wperf server: check the address, port and path'],
    ['\x15\x03\x01\x00\x02\x02\x46', 'not-wperf 3 127.0.0.1:PORT speaks TLS: use wss://'],
    ['HTTP/1.1 429 Too Many Requests', 'not as a wperf server: try again later'],
    ['HTTP/1.1 500 Internal Server Error', 'not as a wperf server: check the address, port and path'],
    ['SSH-2.0-OpenSSH_9.2', 'not-wperf 3 127.0.0.1:PORT does not answer as a wperf server: what it says is not HTTP'],
  ])('%s', async (answer, told) => {
    const port = await listenOn(createServer(), '127.0.0.1', (_, socket) => {
      socket.end(`${answer}\r\nContent-Length: 2\r\n\r\nno`);
    });
    expect(await failure(wsTransport.connect(wayTo(port)))).toContain(told);
  });
});

describe('where', () => {
  const named = (host: string, port: number) => ({ target: { host, port, secure: false, path: '/x?y' } });

  it('is the address given, under the name of the target', async () => {
    const { port, headers } = await accepting();
    const { channel } = await connected(wayTo(port, { ...named('nosuchhost.invalid', port), address: '127.0.0.1' }));
    expect(channel.info.remoteHost).toBe('127.0.0.1');
    expect(headers).toMatchObject([{ host: `nosuchhost.invalid:${port}` }]);
  });

  it('is where the user wants to come from', async () => {
    const { port } = await accepting();
    const resolve = async (_: string, family?: number) => (family === 4 ? ['127.0.0.1'] : ['::1', '127.0.0.1']);
    const way = wayTo(port, { ...named('s.example', port), bind: '127.0.0.7' });
    const { channel } = await makeWsTransport({ resolve }).connect(way);
    onTestFinished(() => channel.drop());
    expect(channel.info).toMatchObject({ localHost: '127.0.0.7', remoteHost: '127.0.0.1' });
  });

  it('is none of the other family', async () => {
    expect(await failure(wsTransport.connect(wayTo(9, { ...named('::1', 9), family: 4 })))).toBe(
      'usage 1 ::1 is not an IPv4 address: drop -4 and --bind, or name another host',
    );
  });

  it('is not the first address where another answers', async () => {
    const { port } = await accepting();
    const resolve = async () => ['127.0.0.2', '127.0.0.1'];
    const { channel } = await makeWsTransport({ resolve }).connect(wayTo(port, named('s.example', port)));
    onTestFinished(() => channel.drop());
    expect(channel.info.remoteHost).toBe('127.0.0.1');
  });

  it('is told of all addresses that fail', async () => {
    const resolve = async () => ['127.0.0.2', '127.0.0.3'];
    expect(await failure(makeWsTransport({ resolve }).connect(wayTo(1, named('s.example', 1))))).toBe(
      'connection-refused 2 s.example:1 cannot be reached: 127.0.0.2 refused the connection, 127.0.0.3 refused the connection: is "wperf -s" running there, and on this port?',
    );
  });

  it('is bounded in time, the search for the name too', async () => {
    const resolve = () => new Promise<never>(() => {});
    const way = wayTo(1, { ...named('s.example', 1), connectTimeoutMs: 100 });
    expect(await failure(makeWsTransport({ resolve }).connect(way))).toBe(
      'timeout 2 cannot find the address of s.example:1 within 100 ms: the DNS does not answer: check the network',
    );
  });
});

describeNeeding('a zone', [ipv6], () => {
  it('is for this machine only: no server is told it', async () => {
    const { port, headers } = await accepting([], '::1');
    await connected(wayTo(port, { target: { host: '::1%lo', port, secure: false, path: '/' } }));
    expect(headers).toMatchObject([{ host: `[::1]:${port}` }]);
  });
});
