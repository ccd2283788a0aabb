import { describe, expect, it } from 'vitest';
import { WperfError } from '../../../src/errors.js';
import type { EndEvent, IntervalEvent, StartEvent, TestEvent } from '../../../src/events/load.js';
import type { PacketFigures, PacketSummary } from '../../../src/measure/packets/packets.js';
import type { RateUnit } from '../../../src/plan/plan.js';
import { ProgressLine } from '../../../src/report/text/live/progress-line.js';
import { TextReporter } from '../../../src/report/text/load/load.js';
import { withTimestamps } from '../../../src/report/text/timestamps.js';
import { endOf, failure, identity, intervalOf, simulation, startOf, withSocket } from '../fixtures.js';
import { Kept } from '../kept.js';

interface Shown {
  readonly out: string;
  readonly err: string;
}

function show(
  events: readonly TestEvent[],
  {
    columns,
    color = false,
    verbose = false,
    prefix = '',
    unit,
  }: { columns?: number | undefined; color?: boolean; verbose?: boolean; prefix?: string; unit?: RateUnit } = {},
): Shown {
  const [out, err] = [new Kept(), new Kept()];
  const screen = {
    out,
    err,
    columns: () => columns,
    color,
  };
  const reporter = new TextReporter({ ...identity, verbose, ...(unit && { unit }), prefix: () => prefix }, screen);
  for (const event of events) reporter.event(event);
  return { out: out.text, err: err.text };
}

function packetInterval(start: StartEvent, packets: PacketFigures): IntervalEvent {
  const { streams, sums, ...event } = intervalOf(start, 0);
  return {
    ...event,
    streams: streams.map((row) => ({ ...row, packets })),
    sums: sums.map((sum) => ({ ...sum, packets })),
  };
}

function packetEnd(start: StartEvent, packets: PacketSummary): EndEvent {
  const end = endOf(start, {}, { packets });
  return { ...end, sums: end.sums.map((sum) => ({ ...sum, packets })) };
}

const whole = (start: StartEvent): TestEvent[] => [start, intervalOf(start, 0), intervalOf(start, 1), endOf(start)];

describe('the text report', () => {
  it('tells of simulated conditions in the beginning and in the end', () => {
    const lines = show([startOf({}, { simulation }), endOf(startOf(), { simulation })]).out.split('\n');
    expect(lines[1]).toMatch(/^Simulated: latency 50 ms \+- 5 ms, loss 1 %/);
    expect(lines.at(-2)).toMatch(/^Simulated: round trip 100 ms \+- 10 ms \(measured 101\.3 ms\)/);
  });

  it('has one delay in a round trip with the original, which delays no answer', () => {
    const lines = show([startOf({}, { dialect: 'legacy' }), endOf(startOf(), { simulation })]).out.split('\n');
    expect(lines.at(-2)).toMatch(/^Simulated: round trip 50 ms \+- 5 ms /);
  });

  it('tells of the options of sockets where they were asked for, and a verbose user of buffers', () => {
    const line =
      'Socket: window 64 KiB (here send 128 KiB receive 128 KiB, there send 128 KiB receive 128 KiB), ' +
      'TOS 0x28 (here 0x28, there 0x28), MSS 1000 bytes (here 988, there 988), ' +
      'congestion control reno (here reno, there reno), local port 5000';
    expect(show([startOf({}, { socket: withSocket })]).out.split('\n')).toContain(line);
    const plain = startOf({}, { socket: { ...withSocket, asked: {}, remote: null } });
    expect(show([plain]).out).not.toContain('Socket');
    expect(show([plain], { verbose: true }).out.split('\n')).toContain('Socket buffers: send 128 KiB receive 128 KiB');
  });

  it('of an upload', () => {
    expect(
      show(whole(startOf())).out,
    ).toBe(`wperf 1.2.3: upload to server.example:8765 (198.51.100.7), 1 stream, 2 s, 64 KiB blocks
[  1] local 192.0.2.1 port 40001 connected to 198.51.100.7 port 8765
Round trip before the test: min 1.500 ms, avg 12.3 ms
------------------------------------------------------------
[ ID]      Interval          Transfer         Bitrate   Retr         Cwnd
[  1]     0.00-1.00  sec   125 MBytes  1.00 Gbits/sec      3  1.31 MBytes
[  1]     1.00-2.00  sec   125 MBytes  1.00 Gbits/sec      3  1.31 MBytes
------------------------------------------------------------
[ ID]      Interval          Transfer         Bitrate   Retr
[  1]     0.00-2.00  sec   251 MBytes  1.00 Gbits/sec      6  sender
[  1]     0.00-2.00  sec   250 MBytes  1.00 Gbits/sec         receiver
CPU: client 30 % (10 user, 20 system), server 41 % (11 user, 30 system)
`);
  });

  it('of both ways over two streams has a line a stream and a sum', () => {
    const { out } = show([
      startOf({ direction: 'bidir', streams: 2 }),
      intervalOf(startOf({ direction: 'bidir', streams: 2 }), 0),
    ]);
    expect(out.split('\n').slice(4)).toEqual([
      '------------------------------------------------------------',
      '[ ID]  [Role]      Interval          Transfer         Bitrate   Retr         Cwnd',
      '[  1]  [TX-C]     0.00-1.00  sec   125 MBytes  1.00 Gbits/sec      3  1.31 MBytes',
      '[  2]  [TX-C]     0.00-1.00  sec   125 MBytes  1.00 Gbits/sec      3  1.31 MBytes',
      '[  1]  [RX-C]     0.00-1.00  sec   125 MBytes  1.00 Gbits/sec',
      '[  2]  [RX-C]     0.00-1.00  sec   125 MBytes  1.00 Gbits/sec',
      '[SUM]  [TX-C]     0.00-1.00  sec   250 MBytes  2.00 Gbits/sec      6',
      '[SUM]  [RX-C]     0.00-1.00  sec   250 MBytes  2.00 Gbits/sec',
      '',
    ]);
  });

  it('names the block that a rate made smaller', () => {
    const start = startOf({ blockBytes: 25, bitsPerSecond: 10e3 });
    expect(show([start]).out).toMatch(/1 stream, 2 s, 25-byte blocks, at most 10\.0 Kbits\/sec a stream\n/);
  });

  it('of packets has their columns, the lines of the original, and fits a narrow terminal', () => {
    const start = startOf({ mode: 'datagram', blockBytes: 1400, bitsPerSecond: 1e6 });
    const counts = { packets: 180, lost: 2, outOfOrder: 1, duplicates: 0, jitterMs: 0.0194 };
    const packets = { ...counts, malformed: 0, delay: { medianMs: 0.1, p95Ms: 1, p99Ms: 20, maxMs: 30 } };
    const { out } = show([start, packetInterval(start, counts), packetEnd(start, packets)]);
    expect(out.split('\n').filter((line) => !line.startsWith('['))).toEqual([
      'wperf 1.2.3: upload to server.example:8765 (198.51.100.7), 1 stream, 2 s, 1400-byte packets, 1.00 Mbits/sec a stream',
      'Round trip before the test: min 1.500 ms, avg 12.3 ms',
      '------------------------------------------------------------',
      '------------------------------------------------------------',
      'Jitter: 0.019 ms',
      'Lost/Total: 2/180 (1.11%), 1 out of order',
      'Delay above the fastest packet: median 0.100 ms, p95 1.000 ms, p99 20.0 ms, max 30.0 ms',
      'CPU: client 30 % (10 user, 20 system), server 41 % (11 user, 30 system)',
      '',
    ]);
    expect(out.split('\n').filter((line) => /^\[( ID| {2}1)\] {2}/.test(line))).toEqual([
      '[ ID]      Interval          Transfer         Bitrate     Jitter  Lost/Total Datagrams',
      '[  1]     0.00-1.00  sec   125 MBytes  1.00 Gbits/sec   0.019 ms  2/180 (1.1%)',
      '[ ID]      Interval          Transfer         Bitrate     Jitter  Lost/Total Datagrams',
      '[  1]     0.00-2.00  sec   251 MBytes  1.00 Gbits/sec                                   sender',
      '[  1]     0.00-2.00  sec   250 MBytes  1.00 Gbits/sec   0.019 ms  2/180 (1.1%)          receiver',
    ]);
    const narrow = show([start, packetInterval(start, counts)], { columns: 60 }).out.split('\n');
    expect(narrow.find((line) => line.includes('2/180'))).toBe('[  1]  1.00 Gbits/sec   0.019 ms  2/180 (1.1%)');
  });

  it('marks omitted, missing and partial figures, and an early end', () => {
    const start = startOf({ omitSeconds: 1 });
    const end = endOf(start, { interrupted: true, warnings: ['Doubtful.'] }, { sent: null, partial: true });
    const { out, err } = show([start, intervalOf(start, 0, true), end]);
    expect(out).toContain('after 1 s omitted');
    expect(out).toMatch(/^\[ {2}1\] .*1\.31 MBytes {2}\(omitted\)$/m);
    expect(out).toMatch(/^\[ {2}1\] +missing +missing +6 {2}sender$/m);
    expect(out).toMatch(/receiver \(partial\)$/m);
    expect(err).toBe(
      'warning: The test was ended before its time; these are the results so far.\nwarning: Doubtful.\n',
    );
  });

  it('tells a server whom it serves, and a verbose user more', () => {
    const start = startOf({}, { role: 'server', peer: { host: '2001:db8::1', port: 5 } });
    const { out } = show([start], { verbose: true, prefix: 'abab ' });
    expect(out).toContain('abab Linux box 6.1.0 x64\n');
    expect(out).toContain('abab wperf 1.2.3: upload from [2001:db8::1]:5, 1 stream');
    expect(out).toContain('abab Accepted connection from 2001:db8::1, port 5 (wperf 1.2.2)\n');
    expect(out).toContain('TCP MSS: 1448 bytes');
  });

  it('shows an error as one line, and colors only where asked', () => {
    expect(show([failure])).toEqual({
      out: '',
      err: 'wperf: error: server.example:8765 refused the connection: is it there?\n',
    });
    expect(show([failure], { color: true }).err).toContain('\u001b[31m');
  });

  it('shows what was measured before an error, and that it is not the whole', () => {
    const start = startOf({ streams: 2 });
    const { out, err } = show([start, { ...failure, partial: endOf(start, { interrupted: true }, { partial: true }) }]);
    expect(out).toMatch(/^\[SUM\] .* receiver \(partial\)$/m);
    expect(err).toBe(
      'warning: The test was ended before its time; these are the results so far.\n' +
        'wperf: error: server.example:8765 refused the connection: is it there?\n',
    );
  });

  it.each([36, 40, 60, 80, 100])('keeps its table within %i columns', (columns) => {
    for (const direction of ['up', 'bidir'] as const) {
      // Stream, role, rate and mark alone take 39.
      if (direction === 'bidir' && columns < 39) continue;
      const lines = show(whole(startOf({ direction, streams: 2 })), { columns }).out.split('\n');
      const table = lines.filter((line) => /^(\[(SUM| ID|.*sec)|-{5})/.test(line) && !line.includes('local'));
      expect(table.length).toBeGreaterThan(8);
      for (const line of table) expect(line.length).toBeLessThanOrEqual(columns);
      expect(table.join()).toContain('Gbits/sec');
    }
  });

  it.each([
    ['a title', 60, startOf({ streams: 2 }, { title: 'at night' }), {}, {}],
    ['a prefix', 60, startOf({ streams: 2 }), {}, { prefix: 'abab ' }],
    ['partial figures', 60, startOf({ streams: 2 }), { partial: true }, {}],
    ['a unit of long figures', 60, startOf({ streams: 2 }), {}, { unit: 'k' }],
    ['a long test', 60, startOf({ streams: 2, seconds: 86_400, untimed: true }), {}, {}],
  ] as const)('keeps within a terminal also with %s', (_name, columns, start, result, options) => {
    const events = [start, intervalOf(start, 86_399), endOf(start, {}, result)];
    const { out } = show(events, { columns, ...options });
    const table = out.split('\n').filter((line) => /\/sec|Bitrate/.test(line) && !line.includes('wperf'));
    expect(table.length).toBeGreaterThan(9);
    for (const line of table) expect(line.length).toBeLessThanOrEqual(columns);
  });

  it.each([
    ['with a unit of long figures', 1, startOf(), { unit: 'k' }],
    ['in a long test', 86_399, startOf({ seconds: 86_400 }), {}],
  ] as const)('keeps its columns in line %s', (_name, last, start, options) => {
    const { out } = show([start, intervalOf(start, 0), intervalOf(start, last)], options);
    const ends = out.match(/^.*(?:bits\/sec|Bitrate)/gm)?.map((upToRate) => upToRate.length);
    expect(ends).toHaveLength(3);
    expect(new Set(ends).size).toBe(1);
  });

  it.each([0, -30, undefined])('shows every column where a terminal tells %s of its width', (columns) => {
    expect(show(whole(startOf()), { columns }).out).toBe(show(whole(startOf())).out);
  });

  it('shows nothing of a peer that a terminal would obey', () => {
    const evil = 'a\u001b[2J\u009b31m\u202eb\r\nFAKE';
    const start = startOf({}, { role: 'server', title: evil, peerSoftware: evil, extraData: evil });
    const end = endOf(start, { serverOutput: `one\r\n\u001b[3Btwo`, warnings: [evil], congestion: { sender: evil } });
    const error = new WperfError('peer-lost', evil, { hint: evil });
    const { out, err } = show(
      [start, { type: 'notice', level: 'warning', text: evil }, end, { type: 'error', error }],
      {
        verbose: true,
      },
    );
    expect(out + err).not.toMatch(/[^\P{Cc}\n]|\u202e|^FAKE/mu);
    expect(out).toMatch(/ {2}one\n.* {2}\[3Btwo\n$/);
  });

  it('shows the JSON of a server that writes that', () => {
    const { out } = show([startOf(), endOf(startOf(), { serverOutputJson: { title: 'a\u009b', end: {} } })]);
    expect(out).toContain('\nServer output:\n{\n  "title": "a",\n  "end": {}\n}\n');
  });

  it('says of a test without an end of its own that it runs until interrupted', () => {
    const { out } = show([startOf({ seconds: 86_400, untimed: true })]);
    expect(out).toContain(', 1 stream, until interrupted (86400 s at most), 64 KiB blocks');
  });

  it('says of the longest test that may be asked for how long it is', () => {
    expect(show([startOf({ seconds: 86_400 })]).out).toContain(', 1 stream, 86400 s, 64 KiB blocks');
    expect(show([startOf({ seconds: 86_400, bytes: 1024 })]).out).toContain('1 KiB or 86400 s (the first to end)');
  });

  it('says how much a partial report covers even where the line is long', () => {
    const start = startOf({ bytes: 1_048_576, bitsPerSecond: 10e6 }, { secure: true, title: 'T' });
    expect(show([start]).out).toMatch(
      /^T: {2}wperf 1\.2\.3: upload to server\.example:8765 \(198\.51\.100\.7\) over TLS, 1 stream, 1 MiB or 2 s \(the first to end\), 64 KiB blocks, at most 10\.0 Mbits\/sec a stream\n/,
    );
  });
});

describe('the progress line', () => {
  const progress: TestEvent = {
    type: 'progress',
    seconds: 1.26,
    fraction: 0.5,
    rates: [{ direction: 'up', bitsPerSecond: 2e6 }],
  };

  it('is erased before anything else is printed, and only once', () => {
    const written = new Kept();
    const inner = { event: (event: TestEvent) => written.write(event.type) };
    const line = new ProgressLine(inner, written, () => 80, undefined);
    for (const event of [progress, startOf(), startOf()]) line.event(event);
    expect(written.parts[0]).toBe(
      `\r\u001b[K   1.3 s ${'\u2588'.repeat(10)}${'\u2591'.repeat(10)} \u2191 2.00 Mbits/sec`,
    );
    expect(written.parts.slice(1)).toEqual(['\r\u001b[K', 'start', 'start']);
  });

  const shownAt = (columns: number, events: readonly TestEvent[]) => {
    const shown = new Kept();
    const line = new ProgressLine({ event: () => {} }, shown, () => columns, 'm');
    for (const event of events) line.event(event);
    return shown.text.replace('\r\u001b[K', '');
  };

  it.each([10, 17, 25, 30, 31, 200])('never fills %i columns', (columns) => {
    expect([...shownAt(columns, [progress])].length).toBeLessThan(columns);
  });

  it('gives up the bar before the time, and the time before the rate', () => {
    const bar = (done: number, left: number) => '\u2588'.repeat(done) + '\u2591'.repeat(left);
    expect(shownAt(35, [progress])).toBe(`   1.3 s ${bar(4, 4)} \u2191 2.00 Mbits/sec`);
    expect(shownAt(28, [progress])).toBe('   1.3 s \u2191 2.00 Mbits/sec');
    expect(shownAt(20, [progress])).toBe('\u2191 2.00 Mbits/sec');
    expect(shownAt(0, [progress])).toBe(`   1.3 s ${bar(10, 10)} \u2191 2.00 Mbits/sec`);
  });

  it('says how long the test takes, where that is known', () => {
    expect(shownAt(80, [startOf({ omitSeconds: 0.5 }), progress])).toMatch(/^ {3}1\.3 of 2\.5 s \u2588/);
    expect(shownAt(80, [startOf({ bytes: 1e6, seconds: 86_400, untimed: true }), progress])).toMatch(
      /^ {3}1\.3 s \u2588/,
    );
  });
});

it('time stamps stand before each line, in local time with its offset', () => {
  const kept = new Kept();
  withTimestamps(kept, () => Date.UTC(2026, 5, 1, 12)).write('a\nb\n');
  const lines = kept.text.trimEnd().split('\n');
  expect(lines.map((line) => line.slice(-2))).toEqual([' a', ' b']);
  for (const line of lines) expect(Date.parse(line.slice(0, -2))).toBe(Date.UTC(2026, 5, 1, 12));
});
