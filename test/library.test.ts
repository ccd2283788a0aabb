import { expect, it } from 'vitest';
import { type ClientOptions, reverseTraceroute, runClient, runPing, startServer, traceroute } from '../src/index.js';
import { collect } from './support/events.js';

it('measures in a few lines', async () => {
  const server = await startServer({ host: '127.0.0.1', port: 0 });
  const ended = new Promise<string>((resolve) => {
    server.on('test', (event, session) => {
      if (event.type === 'end') resolve(session);
    });
  });
  const test = await collect(
    runClient({ host: '127.0.0.1', port: server.address.port, direction: 'down', seconds: 0.2 }),
  );
  expect(test.end?.sums[0]?.received?.bytes).toBeGreaterThan(0);
  expect(await ended).toBe(test.start?.session);
  expect(test.end?.latency?.loadedDown?.samples).toBeGreaterThan(0);
  await server.close();
});

it.each([
  [{ seconds: 0 }, 'seconds 0 is not a number from 0.1 to 86400'],
  [{ streams: 1.5 }, 'streams 1.5 is not a whole number from 1 to 128'],
  [{ blockBytes: 10 }, 'blockBytes 10 is not a whole number from 64 to 1048576'],
  [{ intervalSeconds: 0.01 }, 'intervalSeconds 0.01 is not a number from 0.1 to 60'],
  [{ port: 70_000 }, 'port 70000 is not a whole number from 1 to 65535'],
  [{ bytes: 2, streams: 3 }, 'bytes 2 is not a whole number from 3 to 9007199254740991'],
  [{ bytes: 2, omitSeconds: 1 }, 'bytes and omitSeconds exclude each other'],
  [{ socket: { tos: 256 } }, 'socket.tos 256 is not a whole number from 0 to 255'],
  [{ socket: { windowBytes: 1.5 } }, 'socket.windowBytes 1.5 is not a whole number from 1024 to 1073741824'],
  [
    { socket: { dontFragment: true } },
    'socket.dontFragment is for packets of the network: proto udp, or iperf3 with mode datagram',
  ],
  [{ socket: { mssBytes: 0 } }, 'socket.mssBytes 0 is not a whole number from 88 to 32767'],
  [{ socket: { localPort: 0 } }, 'socket.localPort 0 is not a whole number from 1 to 65535'],
  [{ socket: { localPort: 65_535 }, streams: 2 }, 'socket.localPort leaves no ports for 2 streams'],
  [{ socket: { congestion: '' } }, "socket.congestion '' is not a name of up to 15 characters"],
  [{ socket: { device: 'a/b' } }, "socket.device 'a/b' is not a name of up to 15 characters"],
  [{ proxy: 'nonsense' }, 'proxy is not a URL: write e.g. http://proxy.example:3128'],
  [{ proxy: 'ftp://p' }, 'proxy has a scheme that is not supported: use http, https, socks5 or socks5h'],
  [{ proxy: 'http://p:0' }, 'proxy is not a URL'],
  [{ proxy: 'http://me:%zz@p' }, 'proxy has credentials that are not percent-encoded'],
  [{ socket: { tos: 8 }, proxy: 'http://p' }, 'socket.tos is for one connection from end to end'],
  [{ silenceSeconds: 1 }, 'silenceSeconds 1 is not a number from 5 to 3600'],
  [{ seconds: '5' }, 'seconds 5 is not a number from 0.1 to 86400'],
  [{ host: undefined }, "host '' is no name or address"],
  [{ path: 'wperf' }, "path 'wperf' is no path that begins with / and has no #"],
  [{ path: '/a#b' }, "path '/a#b' is no path that begins with / and has no #"],
  [{ direction: 'sideways' }, "direction 'sideways' is none of up, down, bidir"],
  [{ mode: 'fast' }, "mode 'fast' is none of throughput, datagram"],
  [{ family: 5 }, "family '5' is none of 4, 6"],
  [{ bind: 'eth0' }, "bind 'eth0' is no IP address"],
  [{ title: 'x'.repeat(1025) }, 'title is no text of 0 to 1024 characters'],
  [{ token: '' }, 'token is no text of 1 to 1024 characters'],
  [{ headers: [['X-Two', 'a\r\nb']] }, 'headers are no list of [name, value] that HTTP can carry'],
  [{ headers: { 'X-One': 'a' } }, 'headers are no list of [name, value] that HTTP can carry'],
  [{ proxy: 5 }, 'proxy is not a URL'],
  [{ proto: { name: 'tcp' } }, 'proto.settings is no object of numbers'],
  [{ seconds: Number.NaN }, 'seconds NaN is not a number from 0.1 to 86400'],
  [{ simulation: { mtuBytes: 64.5 } }, 'simulation.mtuBytes 64.5 is not a whole number from 64 to 1048576'],
  [
    { bytes: 9, simulation: { lossPercent: 1 } },
    'bytes and simulation.lossPercent exclude each other: not all would arrive, and the test never end',
  ],
])('names the option that is wrong: %j', (options, message) => {
  expect(() => runClient({ host: '127.0.0.1', ...options } as ClientOptions)).toThrow(message);
});

it('pings in fewer', async () => {
  const server = await startServer({ host: '127.0.0.1', port: 0 });
  const types: string[] = [];
  for await (const event of runPing({ host: '127.0.0.1', port: server.address.port, count: 2, intervalSeconds: 0 })) {
    types.push(event.type);
  }
  expect(types).toEqual(['ping-start', 'pong', 'pong', 'ping-end']);
  await server.close();
  expect(() => runPing({ host: '127.0.0.1', count: 0 })).toThrow('count 0 is not a whole number from 1 to 1000000');
});

it.each([
  [{ rate: { bitsPerSecond: 0, seconds: 5 } }, 'rate.bitsPerSecond 0 is not a number from 1000 to 1000000000000'],
  [{ rate: { bitsPerSecond: 1e6, seconds: 61 } }, 'rate.seconds 61 is not a number from 0.1 to 60'],
  [{ seconds: -1 }, 'seconds -1 is not a number from 0.1 to 86400'],
  [{ bytes: 1.5 }, 'bytes 1.5 is not a whole number from 1 to'],
  [{ path: 'wperf' }, "path 'wperf' is no path that begins with /"],
  [{ token: '' }, 'token is no text of 1 to 1024 characters'],
  [{ traces: { packets: Number.NaN } }, 'traces.packets NaN is not a whole number from 1 to 2550'],
  [{ intervalSeconds: 0.01 }, 'intervalSeconds 0.01 is not a number from 0.1 to 60'],
])('names the option of a server that is wrong: %j', async (options, message) => {
  await expect(startServer({ host: '127.0.0.1', port: 0, ...options })).rejects.toThrow(message);
});

it('knows its client behind a proxy that it is told to trust', async () => {
  const server = await startServer({ host: '127.0.0.1', port: 0, trustProxy: ['127.0.0.0/8', '::1'] });
  const peer = new Promise((resolve) => {
    server.on('test', (event) => event.type === 'start' && resolve(event.peer));
  });
  const headers = [['X-Forwarded-For', '203.0.113.5']] as const;
  await collect(runClient({ host: '127.0.0.1', port: server.address.port, seconds: 0.1, headers }));
  expect(await peer).toEqual({ host: '203.0.113.5', byProxy: '127.0.0.1' });
  await server.close();
  await expect(startServer({ port: 0, trustProxy: ['10.0.0.0/33'] })).rejects.toThrow(
    "trustProxy '10.0.0.0/33' names no network",
  );
});

it('asks for the route back', async () => {
  const server = await startServer({ host: '127.0.0.1', port: 0, traces: { hidePrivate: true } });
  const asked = { host: '127.0.0.1', port: server.address.port, names: false };
  const types: string[] = [];
  for await (const event of reverseTraceroute(asked)) types.push(event.type);
  expect(types).toEqual(['trace-start', 'trace-hop', 'trace-end']);
  await server.close();
  const message = 'firstHop 9 is not a whole number from 1 to 3';
  expect(() => reverseTraceroute({ ...asked, firstHop: 9, maxHops: 3 })).toThrow(message);
  const protocol = 'sctp' as 'auto';
  expect(() => reverseTraceroute({ ...asked, protocol })).toThrow("protocol 'sctp' is none of auto, udp, icmp,");
  await expect(traceroute({ ...asked, protocol }).next()).rejects.toThrow("protocol 'sctp' is none of auto, udp,");
});
