import { describe, expect, it } from 'vitest';
import { idleNotes } from '../../../src/cli/flags/idle.js';
import { type FlagName, labelOf } from '../../../src/cli/flags/table.js';
import { readWords } from '../../../src/cli/flags/words.js';
import { parseCommand } from '../../../src/cli/plan/command.js';
import { socketWishes } from '../../../src/cli/plan/load/socket.js';

describe('a flag that changes nothing with what else is asked for', () => {
  it.each<[string, FlagName, RegExp | string]>([
    ['-c h --dont-fragment', 'dont-fragment', 'all travels in TCP'],
    ['-c h --dont-fragment -u', 'dont-fragment', 'all travels in TCP, packets of -u/--udp too'],
    [
      '-c h --dont-fragment --proto udp',
      'dont-fragment',
      'packets of --proto udp are as long as the path takes in one piece',
    ],
    ['-c h --dont-fragment --proto kcp', 'dont-fragment', 'no longer than the path takes in one piece'],
    ['-c h --dont-fragment --proto ./mine.mjs', 'dont-fragment', 'a matter of the module'],
    ['-c h -J --timestamps', 'timestamps', 'JSON has the time of the start in itself'],
    ['-s --json-stream --timestamps', 'timestamps', 'JSON has the time'],
    ['-c h -J -f m', 'format', 'rates in bit/s'],
    ['-c h --csv -f m', 'format', 'rates in bit/s'],
    ['-c h --csv -T morning', 'title', 'rows have no place for it'],
    ['-c h --extra-data x', 'extra-data', '-J, --json-stream and --report carry it'],
    ['-c h --latency-samples --report r.html', 'latency-samples', '--report anyway'],
    ['-c h --legacy-token', 'legacy-token', 'there is no token to send'],
    ['-c h --ping --sim-mtu 500', 'sim-mtu', 'pings carry no load'],
    ['--traceroute h --tr-proto icmp --tr-port 53', 'tr-port', 'probes of ICMP have no port'],
    ['-s --tr-behind-proxy', 'tr-behind-proxy', 'no proxy is trusted without --trust-proxy'],
  ])('is told of: %s', (line, name, told) =>
    expect(notesOf(line)).toEqual([expect.stringMatching(new RegExp(`^${labelOf(name)} changes nothing: .*${told}`))]),
  );

  it.each([
    '-c h --timestamps -f m -T morning',
    '-c h --csv -T morning --report r.html --extra-data x',
    '-c h -J --extra-data x --latency-samples',
    '-c h --json-stream --extra-data x --latency-samples',
    '-c h --legacy-token --token-file t',
    '-c h --ping --sim-latency 5',
    '-c h --sim-mtu 500',
    '--traceroute h --tr-proto tcp --tr-port 443',
    '-s --tr-behind-proxy --trust-proxy 10.0.0.0/8',
  ])('is none of %s', (line) => expect(notesOf(line)).toEqual([]));

  it('may have a token of the environment to send', () => {
    const { values } = readWords(['-c', 'h', '--legacy-token']);
    expect(idleNotes(values, values, { WPERF_TOKEN: 'x' })).toEqual([]);
  });

  it.each(['--iperf3 -u', '--proto udp -l 3000', '--proto udp -l 1200 -R'])(
    '--dont-fragment is done for %s, and nothing to be told',
    (line) => {
      const argv = ['-c', 'h', '--dont-fragment', ...line.split(' ')];
      expect(notesOf(argv.join(' '))).toEqual([]);
      expect(socketWishes(readWords(argv).values)).toEqual({ dontFragment: true });
    },
  );

  it('is told of where the command line says it, or a file that it names', () => {
    const text = '{ "format": "m", "json": true }';
    const outside = { env: { HOME: '/home/x' }, readFile: () => text, proxyFor: () => undefined };
    const notes = (line: string) => parseCommand(line.split(' '), outside);
    const told = { notes: ['-f/--format changes nothing: JSON and rows of --csv have rates in bit/s'] };
    expect(notes('-c h')).not.toHaveProperty('notes');
    expect(notes('-c h -f m')).toMatchObject(told);
    expect(notes('-c h --config c.json')).toMatchObject(told);
  });
});

function notesOf(line: string): readonly string[] {
  const { values } = readWords(line.split(' '));
  return idleNotes(values, values, {});
}
