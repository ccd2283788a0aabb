import { describe, expect, it } from 'vitest';
import type { StartEvent, TestEvent } from '../../src/events.js';
import { ProgressLine } from '../../src/report/progress.js';
import { TextReporter } from '../../src/report/text.js';
import { withTimestamps } from '../../src/report/timestamps.js';
import { endOf, failure, identity, intervalOf, startOf } from './fixtures.js';
import { Kept } from './kept.js';

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
  }: { columns?: number; color?: boolean; verbose?: boolean; prefix?: string } = {},
): Shown {
  const [out, err] = [new Kept(), new Kept()];
  const screen = {
    out,
    err,
    columns: () => columns,
    color,
  };
  const reporter = new TextReporter({ ...identity, verbose, prefix: () => prefix }, screen);
  for (const event of events) reporter.event(event);
  return { out: out.text, err: err.text };
}

const whole = (start: StartEvent): TestEvent[] => [start, intervalOf(start, 0), intervalOf(start, 1), endOf(start)];

describe('the text report', () => {
  it('of an upload', () => {
    expect(show(whole(startOf())).out).toBe(`wperf 1.2.3: upload to server.example:8765, 1 stream, 2 s, 64 KiB blocks
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

  it.each([36, 40, 60, 80, 100])('keeps its table within %i columns', (columns) => {
    for (const direction of ['up', 'bidir'] as const) {
      if (direction === 'bidir' && columns < 44) continue;
      const lines = show(whole(startOf({ direction, streams: 2 })), { columns }).out.split('\n');
      const table = lines.filter((line) => /^(\[(SUM| ID|.*sec)|-{5})/.test(line) && !line.includes('local'));
      expect(table.length).toBeGreaterThan(8);
      for (const line of table) expect(line.length).toBeLessThanOrEqual(columns);
      expect(table.join()).toContain('Gbits/sec');
    }
  });

  it('says how much a partial report covers even where the line is long', () => {
    const start = startOf({ bytes: 1_048_576, bitsPerSecond: 10e6 }, { secure: true, title: 'T' });
    expect(show([start]).out).toMatch(
      /^T: {2}wperf 1\.2\.3: upload to server\.example:8765 over TLS, 1 stream, 1 MiB, 64 KiB blocks, at most 10\.0 Mbits\/sec a stream\n/,
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

  it.each([10, 30, 200])('never fills %i columns', (columns) => {
    const shown = new Kept();
    new ProgressLine({ event: () => {} }, shown, () => columns, 'm').event(progress);
    expect([...shown.text.replace('\r\u001b[K', '')].length).toBeLessThan(columns);
  });
});

it('time stamps stand before each line, in local time with its offset', () => {
  const kept = new Kept();
  withTimestamps(kept, () => Date.UTC(2026, 5, 1, 12)).write('a\nb\n');
  const lines = kept.text.trimEnd().split('\n');
  expect(lines.map((line) => line.slice(-2))).toEqual([' a', ' b']);
  for (const line of lines) expect(Date.parse(line.slice(0, -2))).toBe(Date.UTC(2026, 5, 1, 12));
});
