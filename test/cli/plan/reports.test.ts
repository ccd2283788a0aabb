import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../../src/cli/plan/command.js';
import { WperfError } from '../../../src/errors.js';

const outside = { env: {}, readFile: () => '', proxyFor: () => undefined };
const parse = (line: string) => parseCommand(line.split(' '), outside);
const output = { format: 'text', timestamps: false, verbose: false, color: true };

function refusal(line: string): string {
  try {
    parse(line);
  } catch (thrown) {
    if (thrown instanceof WperfError) return thrown.line;
  }
  return 'not refused';
}

describe('reports on a command line', () => {
  it.each([
    ['--from a.html --report b.html', { command: 'from', files: ['a.html'], output: { ...output, report: 'b.html' } }],
    ['--from a.json --csv', { command: 'from', files: ['a.json'], output: { ...output, format: 'csv' } }],
    [
      '--from a.html -J --logfile x',
      { command: 'from', files: ['a.html'], output: { ...output, format: 'json', logfile: 'x' } },
    ],
    [
      '--from a r s --from t --report b',
      { command: 'from', files: ['a', 'r', 's', 't'], output: { ...output, report: 'b' } },
    ],
    ['--compare a b', { command: 'compare', files: ['a', 'b'], output }],
    ['--compare a b c -J', { command: 'compare', files: ['a', 'b', 'c'], output: { ...output, format: 'json' } }],
    ['-J --compare a --compare b', { command: 'compare', files: ['a', 'b'], output: { ...output, format: 'json' } }],
  ])('%s', (line, command) => expect(parse(line)).toEqual(command));

  it.each([
    ['--report r.html -J', { report: 'r.html', format: 'json' }],
    ['--csv', { format: 'csv' }],
    ['--latency-samples', { latencySamples: true }],
    ['--fail-below 500M --fail-above-latency 50', { bounds: { bitsPerSecond: 5e8, loadedMs: 50 } }],
    ['-u --fail-above-loss 0.5', { bounds: { lostPercent: 0.5 } }],
    ['--proto udp --fail-above-loss 0', { bounds: { lostPercent: 0 } }],
  ])('-c h %s', (flags, more) => {
    for (const way of ['-c h', '--loopback']) {
      expect(parse(`${way} ${flags}`)).toMatchObject({ command: 'client', output: { ...output, ...more } });
    }
  });

  it.each([
    ['--from a', '--from needs to know what to make of it: give --report FILE.html, -J or --csv'],
    ['--from a b c d e f g h i j -J', '--from has 10 files: give a test and at most 8 routes'],
    ['--compare a', '--compare has 1 file: give 2 to 20'],
    ['--from a --compare b c', '--compare and --from exclude each other: give one of them'],
    ['--from a -c h', '--from and -c/--client exclude each other: give one of them'],
    ['--compare a b --csv', '--csv is a client and --from flag: use it with -c, --loopback or --from'],
    ['-c h --csv -J', '--csv and -J/--json exclude each other: give one of them'],
    [
      '-s --report x',
      '--report is a client, traceroute and --from flag: use it with -c, --loopback, --traceroute or --from',
    ],
    ['-c h --fail-above-loss 1', '--fail-above-loss is for tests of packets: give --udp or --proto udp, too'],
    [
      '-c h -u --fail-above-latency 1',
      '--fail-above-latency is for tests that measure latency, and those of packets do not: give --fail-above-loss, or leave -u/--udp away',
    ],
    [
      '-c h -u --latency-samples',
      '--latency-samples is for tests that measure latency, and those of packets do not: leave -u/--udp away',
    ],
    ['-c h --proto udp --fail-above-latency 1', 'give --fail-above-loss, or leave --proto udp away'],
    ['-c h -u --proto udp --latency-samples', 'those of packets do not: leave -u/--udp and --proto udp away'],
    ['-c h --no-latency --fail-above-latency 1', '--fail-above-latency and --no-latency exclude each other'],
    ['-c h --fail-below 0', "--fail-below '0' is out of range"],
    ['--from a -t 5 --csv', '-t/--time is a client and server flag'],
    ['-c h stray', "'stray' belongs to no flag"],
    ['--compare a b -- c', "'c' belongs to no flag"],
  ])('refuses %s', (line, words) => expect(refusal(line)).toContain(words));
});
