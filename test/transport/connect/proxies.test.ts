/** Through proxies, real ones and some that misbehave: who failed, and whose certificate is checked. */
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { exitCode, type WperfError } from '../../../src/errors.js';
import { deferred } from '../../../src/host/deferred.js';
import { startServerPlan } from '../../../src/server/server.js';
import type { Way } from '../../../src/transport/transport.js';
import { wsTransport } from '../../../src/transport/ws/connect.js';
import { makeCertificates } from '../../support/certificates.js';
import { describeNeeding, program } from '../../support/needs.js';
import { startMicrosocks } from '../../support/peers/microsocks.js';
import { startScripted, tunnel } from '../../support/peers/scripted-proxy.js';
import { startTinyproxy } from '../../support/peers/tinyproxy.js';
import { freePort } from '../../support/ports.js';

function wayTo(host: string, port: number, changes: Partial<Way> = {}): Way {
  return {
    target: { host, port, secure: false, path: '/' },
    connectTimeoutMs: 5000,
    headers: [],
    insecure: false,
    ...changes,
  };
}

/** `open`, or the failure with its exit code. */
async function outcomeOf(way: Way): Promise<string> {
  try {
    (await wsTransport.connect(way)).channel.drop();
    return 'open';
  } catch (thrown) {
    const { code, line } = thrown as WperfError;
    return `${code} ${exitCode(code)} ${line}`.replaceAll(/(?<=:)\d{4,5}\b/g, 'PORT');
  }
}

async function startServer(): Promise<number> {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
  onTestFinished(() => server.close());
  return server.address.port;
}

describe('an HTTP proxy that says no', () => {
  it.each([
    ['HTTP/1.1 403 Filtered', 'HTTP 403 Filtered: its rules forbid it'],
    ['HTTP/1.1 407 Proxy Authentication Required', 'HTTP 407 Proxy Authentication Required: put user:password@'],
    ['HTTP/1.0 502 Bad Gateway', 'HTTP 502 Bad Gateway: it may not reach the server: check 127.0.0.9:PORT'],
    ['HTTP/1.1 400 Bad Request', 'HTTP 400 Bad Request: is it an HTTP proxy that allows CONNECT?'],
    ['HTTP/1.1 302 Found\r\nLocation: http://login.example/', 'HTTP 302 Found: is it an HTTP proxy'],
    ['SSH-2.0-OpenSSH_9.2', 'what it says is not HTTP: is it a proxy of this kind?'],
  ])('%s', async (answer, told) => {
    const port = await startScripted(onTestFinished, (socket) =>
      socket.end(`${answer}\r\nContent-Length: 2\r\n\r\nno`),
    );
    const outcome = await outcomeOf(wayTo('127.0.0.9', 8765, { proxy: `http://127.0.0.1:${port}` }));
    expect(outcome).toContain(`proxy-failure 2 the proxy 127.0.0.1:PORT did not connect to 127.0.0.9:PORT: ${told}`);
  });

  it.each(['407 Proxy Authentication Required', '401 Unauthorized'])('to a login: %s', async (status) => {
    const port = await startScripted(onTestFinished, (socket) => socket.end(`HTTP/1.1 ${status}\r\n\r\n`));
    const outcome = await outcomeOf(wayTo('127.0.0.9', 8765, { proxy: `http://me:wrong@127.0.0.1:${port}` }));
    expect(outcome).toContain(`: HTTP ${status}: check the user and password in its URL`);
  });

  it.each([
    ['NTLM\r\nProxy-Authenticate: Negotiate', 'it wants a login by NTLM or Negotiate, and wperf knows Basic alone'],
    ['Digest realm="the proxy", nonce="7"', 'it wants a login by Digest, and wperf knows Basic alone'],
    ['Negotiate, Basic realm="the proxy"', 'check the user and password in its URL'],
    ['NTLM\r\nproxy-authenticate:basic realm="the proxy"', 'check the user and password in its URL'],
  ])('to a login, and tells by what: %s', async (challenge, told) => {
    const answer = `HTTP/1.1 407 Log in\r\nProxy-Authenticate: ${challenge}\r\n\r\n`;
    const port = await startScripted(onTestFinished, (socket) => socket.end(answer));
    const outcome = await outcomeOf(wayTo('127.0.0.9', 8765, { proxy: `http://me:wrong@127.0.0.1:${port}` }));
    expect(outcome).toContain(`HTTP 407 Log in: ${told}`);
  });

  it('is sent what the user and password of its URL stand for', async () => {
    const asked = deferred<string>();
    const port = await startScripted(onTestFinished, (socket, first) => {
      asked.resolve(first.toString('latin1'));
      socket.end();
    });
    await outcomeOf(wayTo('127.0.0.9', 8765, { proxy: `http://me%40home:a%3Ab@127.0.0.1:${port}` }));
    const [, login = ''] = /^Proxy-Authorization: Basic (.*)\r$/im.exec(await asked.promise) ?? [];
    expect(Buffer.from(login, 'base64').toString()).toBe('me@home:a:b');
  });

  it('names an IPv6 address as the user would', async () => {
    const port = await startScripted(onTestFinished, (socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    const outcome = await outcomeOf(wayTo('2001:db8::9', 8765, { proxy: `http://127.0.0.1:${port}` }));
    expect(outcome).toContain('it may not reach the server: check [2001:db8::9]:PORT');
  });

  it('or nothing', async () => {
    const port = await startScripted(onTestFinished, (socket) => socket.destroy());
    expect(await outcomeOf(wayTo('127.0.0.9', 8765, { proxy: `http://127.0.0.1:${port}` }))).toContain(
      'proxy-failure 2 the proxy 127.0.0.1:PORT did not connect to 127.0.0.9:PORT: it closed the connection without an answer',
    );
  });

  it('or goes on saying nothing', async () => {
    const port = await startScripted(onTestFinished, () => {});
    const outcome = (scheme: string) =>
      outcomeOf(wayTo('127.0.0.9', 8765, { proxy: `${scheme}://127.0.0.1:${port}`, connectTimeoutMs: 200 }));
    const silent = 'did not connect to 127.0.0.9:PORT within 200 ms: the proxy, or the server';
    expect(await outcome('http')).toContain(silent);
    expect(await outcome('socks5')).toContain(`${silent} behind it, does not answer; is it a proxy of this kind?`);
    expect(await outcome('https')).toContain(
      'the proxy 127.0.0.1:PORT did not answer with TLS within 200 ms: it may not speak TLS on this port: use http://',
    );
  });

  it.each(['http', 'https', 'socks5', 'socks5h'])('or is not there: %s', async (scheme) => {
    const proxy = `${scheme}://me:secret@127.0.0.1:${await freePort()}`;
    const outcome = await outcomeOf(wayTo('127.0.0.9', 8765, { proxy }));
    expect(outcome).toBe('proxy-failure 2 the proxy 127.0.0.1:PORT refused the connection: check its address and port');
  });

  it.each(['http', 'https', 'socks5', 'socks5h'])('or has no address: %s', async (scheme) => {
    const outcome = await outcomeOf(wayTo('127.0.0.9', 8765, { proxy: `${scheme}://nosuchproxy.invalid:3128` }));
    expect(outcome).toMatch(/^proxy-failure 2 cannot find the address of the proxy nosuchproxy.invalid:PORT: /);
  });

  it('is not sent credentials of the server, nor TLS that it does not speak', async () => {
    let seen = '';
    const port = await startScripted(onTestFinished, (socket, first) => {
      seen = first.toString('latin1');
      socket.end('no TLS');
    });
    const outcome = await outcomeOf(wayTo('127.0.0.9', 8765, { proxy: `https://me:secret@127.0.0.1:${port}` }));
    expect(outcome).toMatch(
      /^proxy-failure 2 TLS with the proxy 127.0.0.1:PORT failed: .*: use http:\/\/ for the proxy$/,
    );
    expect(seen).not.toContain('CONNECT');
  });
});

describe('an HTTP proxy that has something to say before its answer (RFC 9110, section 15.2)', () => {
  const interim = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nVia: 1.1 x\r\n\r\n';

  it.each([
    ['at once', (socket: Socket, say: (text: string) => void) => socket.on('error', () => {}) && say(interim)],
    ['byte by byte', (_: Socket, say: (text: string) => void) => void [...interim].map(say)],
  ])('is waited for: %s', async (_, begin) => {
    const server = await startServer();
    const port = await startScripted(onTestFinished, (socket) => {
      socket.setNoDelay(true);
      begin(socket, (text) => socket.write(text));
      tunnel(socket, { host: '127.0.0.1', port: server }, 'HTTP/1.1 200 Connection established\r\n\r\n');
    });
    expect(await outcomeOf(wayTo('127.0.0.1', server, { proxy: `http://127.0.0.1:${port}` }))).toBe('open');
  });

  it('is told by its answer', async () => {
    const port = await startScripted(onTestFinished, (socket) => socket.end(`${interim}HTTP/1.1 403 Filtered\r\n\r\n`));
    const outcome = await outcomeOf(wayTo('127.0.0.9', 8765, { proxy: `http://127.0.0.1:${port}` }));
    expect(outcome).toContain('proxy-failure 2 the proxy 127.0.0.1:PORT did not connect to 127.0.0.9:PORT: HTTP 403');
  });

  it.each([
    [
      'fast',
      10_000,
      (socket: Socket) => pour(socket, interim),
      'it sends interim answers (HTTP 1xx) without end: is it',
    ],
    [
      'slowly',
      300,
      (socket: Socket) => void socket.write(interim),
      'within 300 ms: the proxy, or the server behind it',
    ],
  ])('is not waited for without end: %s', async (_, connectTimeoutMs, say, told) => {
    const port = await startScripted(onTestFinished, say);
    const way = wayTo('127.0.0.9', 8765, { proxy: `http://127.0.0.1:${port}`, connectTimeoutMs });
    const outcome = await outcomeOf(way);
    expect(outcome).toMatch(/^proxy-failure 2 the proxy 127.0.0.1:PORT did not connect to 127.0.0.9:PORT/);
    expect(outcome).toContain(told);
  });

  it('has no change of protocol to say, nor endless headers', async () => {
    const outcome = async (answer: string) => {
      const port = await startScripted(onTestFinished, (socket) => socket.write(answer));
      return outcomeOf(wayTo('127.0.0.9', 8765, { proxy: `http://127.0.0.1:${port}` }));
    };
    expect(await outcome('HTTP/1.1 101 Switching Protocols\r\n\r\n')).toContain(
      ': HTTP 101 Switching Protocols: is it',
    );
    expect(await outcome(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`)).toContain('more than 16384 bytes of headers');
  });
});

/** Says it again and again, as fast as it is taken. */
function pour(socket: Socket, text: string): void {
  const more = () => {
    while (socket.writable && socket.write(text));
  };
  socket.on('drain', more);
  more();
}

describe('an HTTP proxy that says yes', () => {
  it.each(['HTTP/1.0 200 Connection established', 'HTTP/1.1 204 No Content', 'HTTP/1.1 299 Yes\r\nVia: 1.1 x'])(
    '%s',
    async (answer) => {
      const server = await startServer();
      const port = await startScripted(onTestFinished, (socket) =>
        tunnel(socket, { host: '127.0.0.1', port: server }, `${answer}\r\n\r\n`),
      );
      expect(await outcomeOf(wayTo('127.0.0.1', server, { proxy: `http://127.0.0.1:${port}` }))).toBe('open');
    },
  );
});

describe('a SOCKS5 server that says no', () => {
  const answering = (...answers: number[][]) =>
    startScripted(onTestFinished, (socket) => {
      const answer = () => socket.write(Uint8Array.from(answers.shift() ?? []));
      answer();
      socket.on('data', answer);
    });

  it.each([
    [2, 'its rules forbid it: check its rules'],
    [3, 'it has no way to that network'],
    [4, 'it cannot reach that host'],
    [1, 'it failed: it may not find or reach the server'],
    [5, 'the server refused the connection: is "wperf -s" running there'],
    [8, 'it knows no addresses of this kind'],
    [99, 'it answered with code 99'],
  ])('with code %i', async (code, told) => {
    const port = await answering([5, 0], [5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
    const outcome = await outcomeOf(wayTo('127.0.0.9', 8765, { proxy: `socks5h://127.0.0.1:${port}` }));
    expect(outcome).toContain(`proxy-failure 2 the proxy 127.0.0.1:PORT did not connect to 127.0.0.9:PORT: ${told}`);
  });

  it.each([
    ['no login will do', [[5, 255]], 'it wants a login'],
    [
      'wrong user',
      [
        [5, 2],
        [1, 1],
      ],
      'it refused the user or password',
    ],
    ['not SOCKS5', [[0x48, 0x54]], 'it does not speak SOCKS5'],
    [
      'not SOCKS5 to the end',
      [
        [5, 0],
        [4, 0, 0, 1, 0, 0, 0, 0, 0, 0],
      ],
      'it does not speak SOCKS5',
    ],
  ])('%s', async (_, answers, told) => {
    const port = await answering(...answers);
    const outcome = await outcomeOf(wayTo('127.0.0.9', 8765, { proxy: `socks5://me:secret@127.0.0.1:${port}` }));
    expect(outcome).toContain(`proxy-failure 2 the proxy 127.0.0.1:PORT did not connect to 127.0.0.9:PORT: ${told}`);
  });

  it('no, and its connection is not left open', async () => {
    const closed = deferred();
    const answers = [
      [5, 0],
      [5, 5, 0, 1],
    ];
    const port = await startScripted(onTestFinished, (socket) => {
      const say = () => socket.write(Uint8Array.from(answers.shift() ?? []));
      say();
      socket.once('data', say).once('close', closed.resolve);
    });
    const outcome = await outcomeOf(wayTo('127.0.0.9', 8765, { proxy: `socks5://127.0.0.1:${port}` }));
    expect(outcome).toContain('the server refused the connection');
    await closed.promise;
  });

  it('by saying nothing more once it is known to be one', async () => {
    const port = await answering([5, 0], []);
    const way = wayTo('127.0.0.9', 8765, { proxy: `socks5://127.0.0.1:${port}`, connectTimeoutMs: 300 });
    expect(await outcomeOf(way)).toMatch(/the proxy, or the server behind it, does not answer$/);
  });

  it('in single bytes, with a name for an address', async () => {
    const server = await startServer();
    const answers = [
      [5, 0],
      [5, 0, 0, 3, 4, 98, 98, 98, 98, 0, 80],
    ];
    const port = await startScripted(onTestFinished, (socket) => {
      const say = () => {
        for (const byte of answers.shift() ?? []) socket.write(Uint8Array.of(byte));
      };
      say();
      socket.once('data', () =>
        tunnel(socket, { host: '127.0.0.1', port: server }, String.fromCharCode(...(answers.shift() ?? []))),
      );
    });
    expect(await outcomeOf(wayTo('127.0.0.1', server, { proxy: `socks5h://127.0.0.1:${port}` }))).toBe('open');
  });
});

describeNeeding('TLS through proxies', [program('openssl'), program('tinyproxy'), program('microsocks')], () => {
  async function proxies(): Promise<Record<string, Partial<Way>>> {
    const [http, socks] = [await startTinyproxy(onTestFinished), await startMicrosocks(onTestFinished)];
    return {
      none: {},
      http: { proxy: `http://127.0.0.1:${http.port}` },
      socks5: { proxy: `socks5://127.0.0.1:${socks.port}` },
      socks5h: { proxy: `socks5h://127.0.0.1:${socks.port}` },
    };
  }

  it('is with whom the user named', async () => {
    const { ca, cert, key } = await makeCertificates(onTestFinished);
    const [authority, tls] = [read(ca), { cert: read(cert), key: read(key) }];
    const server = await startServerPlan({ host: '0.0.0.0', port: 0, oneOff: false, tls });
    onTestFinished(() => server.close());
    for (const [kind, proxy] of Object.entries(await proxies())) {
      const outcome = (host: string) => {
        const target = { host, port: server.address.port, secure: true, path: '/' };
        return outcomeOf(wayTo(host, server.address.port, { target, ca: authority, ...proxy }));
      };
      expect([kind, await outcome('localhost')]).toEqual([kind, 'open']);
      expect([kind, await outcome('127.0.0.1')]).toEqual([kind, 'open']);
      expect([kind, await outcome('127.0.0.2')]).toEqual([
        kind,
        expect.stringMatching(
          /^tls-failure 2 TLS with 127.0.0.2:PORT failed: IP: 127.0.0.2 is not in the cert's list: .*: use the name/,
        ),
      ]);
    }
  });

  it('tells the server a name, and never an address', async () => {
    const { cert, key } = await makeCertificates(onTestFinished);
    const names: unknown[] = [];
    const server = createTlsServer({ cert: read(cert), key: read(key) }, (socket) => {
      names.push(socket.servername);
      socket.destroy();
    });
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    for (const proxy of Object.values(await proxies())) {
      for (const host of ['localhost', '127.0.0.1']) {
        await outcomeOf(
          wayTo(host, port, { target: { host, port, secure: true, path: '/' }, insecure: true, ...proxy }),
        );
      }
      expect(names.splice(0)).toEqual(['localhost', false]);
    }
  });
});

describeNeeding('an https:// proxy', [program('openssl')], () => {
  /** Its certificate is not what is tried here. */
  async function startTlsProxy(): Promise<string> {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { cert, key } = await makeCertificates(onTestFinished);
    const connected = (socket: Socket) =>
      socket.once('data', (first: Buffer) => {
        const [, port = 0] = /^CONNECT [^ ]+:(\d+) /.exec(first.toString()) ?? [];
        tunnel(socket, { host: '127.0.0.1', port: Number(port) }, 'HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 200 Yes\r\n\r\n');
      });
    const proxy = createTlsServer({ cert: read(cert), key: read(key) }, connected);
    onTestFinished(() => void proxy.close());
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    return `https://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  it('makes a plain connection no secure one', async () => {
    const proxy = await startTlsProxy();
    const { channel } = await wsTransport.connect(wayTo('127.0.0.1', await startServer(), { proxy }));
    onTestFinished(() => channel.drop());
    expect(channel.info.secure).toBe(false);
  });

  it('is gone through by TLS of the server too', async () => {
    const proxy = await startTlsProxy();
    const { ca, cert, key } = await makeCertificates(onTestFinished);
    const tls = { cert: read(cert), key: read(key) };
    const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, tls });
    onTestFinished(() => server.close());
    const target = { host: '127.0.0.1', port: server.address.port, secure: true, path: '/' };
    const { channel } = await wsTransport.connect(wayTo('', 0, { target, ca: read(ca), proxy }));
    onTestFinished(() => channel.drop());
    expect(channel.info.secure).toBe(true);
  });
});

const read = (file: string) => readFileSync(file, 'utf8');
