import { describe, expect, it } from 'vitest';
import { WperfError } from '../../src/errors.js';
import type { PingEvent, PingsServedEvent } from '../../src/events/ping.js';
import { pingReporters } from '../../src/report/make.js';
import { servedPingsText } from '../../src/report/served-pings.js';
import { identity, simulation } from './fixtures.js';
import { Kept } from './kept.js';
import { expectPing } from './schema.js';

const start: PingEvent = {
  type: 'ping-start',
  session: 'ab'.repeat(16),
  wallMs: 0,
  peer: { host: 'server.example', port: 8765 },
  connection: { localHost: '192.0.2.1', localPort: 4711, remoteHost: '198.51.100.10', remotePort: 8765 },
  peerSoftware: 'wperf 1.2.2',
  count: 3,
  intervalSeconds: 0.5,
  transport: 'websocket',
  secure: false,
};
const rtt = { samples: 2, minMs: 0.5, medianMs: 1, p95Ms: 1.45, p99Ms: 1.49, maxMs: 1.5, avgMs: 1, mdevMs: 0.5 };
const pongs: PingEvent[] = [0.5, 1.5, null].map((rttMs, seq) => ({ type: 'pong', seq, rttMs }));
const end: PingEvent = {
  ...{ type: 'ping-end', transmitted: 3, received: 2, lossPercent: 100 / 3, rtt, interrupted: false },
};
const silent: PingEvent = {
  ...{ type: 'ping-end', transmitted: 0, received: 0, lossPercent: 0, rtt: null, interrupted: true },
};
const notice: PingEvent = { type: 'notice', level: 'info', text: 'less\u001b[31m' };
const failure: PingEvent = { type: 'error', error: new WperfError('peer-lost', 'gone') };

const stopped: PingEvent = { ...failure, partial: { ...end, interrupted: true } };

const makers = {
  text: await pingReporters('text'),
  json: await pingReporters('json'),
  'json-stream': await pingReporters('json-stream'),
};

function printed(format: 'text' | 'json' | 'json-stream', events: readonly PingEvent[]) {
  const [out, err] = [new Kept(), new Kept()];
  const screen = { out, err, columns: () => undefined, color: false };
  const reporter = makers[format]({ ...identity, output: { format, verbose: false } }, screen);
  for (const event of events) reporter.event(event);
  return { out: out.text, err: err.text };
}

describe('a ping run', () => {
  it('tells what was asked of its sockets', () => {
    const socket = { asked: { tos: 0x28, device: 'eth0' }, local: { tos: 0x28 }, remote: null };
    const told = [{ ...start, socket }, ...pongs, end] as const;
    expect(printed('text', told).out).toContain('Socket: TOS 0x28 (here 0x28), interface eth0\n');
    const document = JSON.parse(printed('json', told).out);
    expectPing('document', document);
    expect(document.start.socket_options).toMatchObject({ asked: { tos: 0x28, window: null }, local: { tos: 0x28 } });
  });

  it('is told line by line', () => {
    expect(printed('text', [start, notice, ...pongs, end])).toEqual({
      err: 'note: less [31m\n',
      out: `Pings to server.example:8765 (198.51.100.10)
Pong from server.example: seq=0 time=0.500 ms
Pong from server.example: seq=1 time=1.500 ms
No answer from server.example: seq=2
--- ping statistics ---
3 transmitted, 2 received, 33.3% loss
rtt min/avg/max/mdev = 0.500/1.000/1.500/0.500 ms
`,
    });
    expect(printed('text', [{ ...start, title: 'night' }, silent]).out).toBe(
      'night:  Pings to server.example:8765 (198.51.100.10)\nnight:  --- ping statistics ---\nnight:  0 transmitted, 0 received, 0% loss\n',
    );
    const simulated = printed('text', [
      { ...start, simulation },
      { ...end, simulation },
    ]).out.split('\n');
    expect(simulated[1]).toMatch(/^Simulated: latency 50 ms/);
    expect(simulated.at(-2)).toMatch(/^Simulated: round trip 100 ms .*measured 101\.3 ms/);
    const original = printed('text', [
      { ...start, dialect: 'legacy' },
      { ...end, simulation },
    ]).out.split('\n');
    expect(original.at(-2)).toMatch(/^Simulated: round trip 50 ms \+- 5 ms /);
    expect(printed('text', [{ ...start, peer: { host: '198.51.100.10', port: 8765 } }, failure])).toEqual({
      out: '',
      err: 'wperf: error: gone\n',
    });
  });

  it('tells how many pings had no answer when it ended, and were not lost yet', () => {
    const early: PingEvent[] = [
      start,
      ...pongs.slice(0, 1),
      { ...end, received: 1, lossPercent: 0, interrupted: true },
    ];
    expect(printed('text', early).out).toContain('3 transmitted, 1 received, 0% loss, 2 still out\n');
  });

  it('that failed in the middle has the figures until then, beside the error', () => {
    const text = printed('text', [start, ...pongs, stopped]);
    expect(text.out).toContain('3 transmitted, 2 received, 33.3% loss\nrtt min/avg/max/mdev = 0.500/');
    expect(text.err).toBe('wperf: error: gone\n');
    const document = JSON.parse(printed('json', [start, ...pongs, stopped]).out);
    expectPing('document', document);
    expect(document).toMatchObject({ end: { transmitted: 3, interrupted: true }, error_code: 'peer-lost' });
    const lines = printed('json-stream', [start, stopped]).out.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['start', 'end', 'error']);
    for (const line of lines) expectPing('line', JSON.parse(line));
  });

  it.each<[string, PingEvent[]]>([
    ['whole', [start, notice, ...pongs, end]],
    ['interrupted', [{ ...start, title: 'night' }, silent]],
    ['under simulated conditions', [{ ...start, simulation }, ...pongs, { ...end, simulation }]],
    ['failed', [start, ...pongs, failure]],
    ['failed before the start', [failure]],
  ])('keeps to its schema, %s', (_name, events) => {
    const document = JSON.parse(printed('json', events).out);
    expectPing('document', document);
    expect(document.pings).toHaveLength(events.filter((event) => event.type === 'pong').length);
    const lines = printed('json-stream', events).out.trimEnd().split('\n');
    expect(lines).toHaveLength(events.length);
    for (const line of lines) expectPing('line', JSON.parse(line));
  });

  it('names both ends of its connection, but of a proxy its own to programs alone', () => {
    expect(JSON.parse(printed('json', [start, end]).out).start.connected).toEqual([
      { socket: 1, local_host: '192.0.2.1', local_port: 4711, remote_host: '198.51.100.10', remote_port: 8765 },
    ]);
    const proxied = printed('text', [{ ...start, proxy: 'http://proxy.example:3128' }, end]).out;
    expect(proxied).toMatch(/^Through the proxy http:\/\/proxy\.example:3128\n--- ping/);
  });

  it('has its figures in milliseconds', () => {
    const document = JSON.parse(printed('json', [start, ...pongs, end]).out);
    expect(document.pings[2]).toEqual({ seq: 2, time_ms: null });
    expect(document.end.rtt).toEqual({
      ...{ samples: 2, min_ms: 0.5, median_ms: 1, p95_ms: 1.45, p99_ms: 1.49, max_ms: 1.5, avg_ms: 1, mdev_ms: 0.5 },
    });
  });
});

describe('pings that a server answered', () => {
  const served: PingsServedEvent = {
    ...{ type: 'pings-served', session: 'ab'.repeat(16), wallMs: 0, peer: { host: '192.0.2.7', port: 5000 } },
    ...{ peerSoftware: 'original wperf', dialect: 'legacy', transport: 'websocket', secure: false },
    ...{ answered: 3, seconds: 2.5, interrupted: false },
  };

  it('are told in a line', () => {
    expect(servedPingsText(served, identity, 'text')).toBe(
      'Answered 3 pings of 192.0.2.7, port 5000 (original wperf) in 2.5 s\n',
    );
  });

  it('are told as JSON, true to the schema', () => {
    const document = JSON.parse(servedPingsText(served, identity, 'json'));
    expectPing('document', document);
    expect(document).toMatchObject({ start: { role: 'server' }, pings: [], end: { answered: 3, interrupted: false } });
    const lines = servedPingsText(served, identity, 'json-stream').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['start', 'end']);
    for (const line of lines) expectPing('line', JSON.parse(line));
  });
});
