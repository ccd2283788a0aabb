import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { foreignFlags, knownByWord, notesOn } from '../../../src/cli/flags/foreign.js';
import { flagsByWord, wordsOf } from '../../../src/cli/flags/table.js';
import { readWords } from '../../../src/cli/flags/words.js';
import { WperfError } from '../../../src/errors.js';
import { describeNeeding, program } from '../../support/needs.js';

/** Of sockets: they come with rows of their own. */
const ofSockets = [
  '-w',
  '--window',
  '-S',
  '--tos',
  '--dscp',
  '-M',
  '--set-mss',
  '-C',
  '--congestion',
  '--cport',
  '--bind-dev',
];

const words = foreignFlags.flatMap((flag) => {
  const { short, long } = wordsOf(flag);
  return [...short, ...long].map((word) => [word, flag] as const);
});

describe('a flag of iperf3', () => {
  it.each(words)('%s is taken, or refused in one line that says what to do', (word, flag) => {
    const line = ['-c', 'h', word, ...(flag.type ? ['5'] : [])];
    if (flag.refusal === undefined) {
      const { values } = readWords(line);
      expect(values).toEqual({ client: 'h' });
      const with3 = [...line, '--iperf3'];
      if (flag.refusalWith?.(values) === undefined) expect(notesOf(line)).toHaveLength(flag.note === undefined ? 0 : 1);
      else
        expect([refusal(line), notesOf(with3)]).toEqual([
          expect.stringMatching(/^wperf has no -/),
          [expect.any(String)],
        ]);
    } else {
      expect(refusal(line)).toMatch(/^wperf has no -[^\n]+: [^\n]+$/);
    }
  });

  it.each([
    ['-c h -N -Z', ['-Z/--zerocopy changes nothing: wperf writes ready-made batches, which costs as little']],
    ['-c h -NZR', ['-Z/--zerocopy changes nothing: wperf writes ready-made batches, which costs as little']],
    ['-c h --debug=2', ['-d/--debug changes nothing: -V/--verbose tells what there is to tell']],
    ['-c h --cntl-ka=10/5/2 --forceflush --no-fq-socket-pacing', []],
    ['--traceroute h --tr-parallel', []],
  ])('%s', (line, notes) => expect(notesOf(line.split(' '))).toEqual(notes));

  it.each([
    ['--gsro', 'which the kernel batches anyway'],
    ['--gsro --proto udp', 'many at a time'],
    ['--gsro --iperf3 -u', 'many at a time'],
    ['--gsro --proto kcp', 'KCP sends its datagrams one by one'],
    ['-Z --proto udp', 'each packet has a number of its own'],
    ['-Z --proto kcp', 'KCP keeps what it sends'],
    ['--skip-rx-copy --iperf3 -u', 'each packet is read for its number'],
    ['--skip-rx-copy --proto kcp', 'in order in the process'],
    ['--pacing-timer 500', /by itself$/],
    ['--pacing-timer 500 --iperf3', 'look every millisecond'],
    ['--snd-timeout 500', 'silent for 15 s'],
    ['--snd-timeout 500 --rcv-timeout 5500', 'silent for 5.5 s'],
  ])('%s is told as it is with what carries the load', (line, told) => {
    expect(notesOf(['-c', 'h', ...line.split(' ')])).toEqual([expect.stringMatching(told)]);
  });

  it.each([
    [
      '-s --time-skew-threshold 5',
      "wperf has no --time-skew-threshold: the clock of an iperf3 client that logs in may differ by 10 s from the server's",
    ],
    ['-c h --use-pkcs1-padding', 'wperf has no --use-pkcs1-padding: share a secret with --token-file at both ends'],
    [
      '-s --server-max-duration 60',
      'wperf has no --server-max-duration: on a server use -t/--time, the most that a client is granted',
    ],
    ['-c h -A 0,1', 'wperf has no -A/--affinity: start it as: taskset --cpu-list 0 wperf ...'],
    ['-c h -A', 'wperf has no -A/--affinity: start it as: taskset --cpu-list 0 wperf ...'],
    ['-c h -F=file', 'wperf has no -F/--file: wperf sends random bytes and keeps none; send files with scp'],
    ['-c h --snd-timeout', '--snd-timeout needs a value: give VALUE'],
    ['-c h --forceflush=1', "--forceflush takes no value: leave out '1'"],
  ])('%s is refused', (line, expected) => expect(refusal(line.split(' '))).toBe(expected));

  it.each([
    [
      '-s --gsro',
      ['--gsro changes nothing: packets go to the system many at a time, and come so, where it can do that (Linux)'],
    ],
    ['-s --use-pkcs1-padding', ['--use-pkcs1-padding changes nothing: both paddings are read']],
  ])('%s is told as it is with a server', (line, notes) => expect(notesOf(line.split(' '))).toEqual(notes));

  it('may go by a name that wperf does not print', () => {
    expect(readWords(['-c', 'h', '--version4']).values).toEqual({ client: 'h', 4: true });
  });

  it('is never one of ours', () => {
    expect(words.filter(([word]) => flagsByWord.has(word))).toEqual([]);
  });
});

describeNeeding('the iperf3 of this machine', [program('iperf3')], () => {
  it('lists no flag that is not known', () => {
    const help = spawnSync('iperf3', ['--help'], { encoding: 'utf8' });
    const listed = [...`${help.stdout}${help.stderr}`.matchAll(/^ {2}(-\w)?,? ?(--[\w-]+)?/gm)];
    const all = listed.flatMap(([, short, long]) => [short, long].filter((word) => word !== undefined));
    expect(all.length).toBeGreaterThan(60);
    expect(all.filter((word) => !knownByWord.has(word) && !ofSockets.includes(word))).toEqual([]);
  });
});

function notesOf(argv: readonly string[]): readonly string[] {
  const { values, foreign } = readWords(argv);
  return notesOn(foreign, values);
}

function refusal(argv: readonly string[]): string {
  try {
    notesOf(argv);
  } catch (thrown) {
    if (thrown instanceof WperfError) return thrown.line;
    throw thrown;
  }
  return 'nothing was refused';
}
