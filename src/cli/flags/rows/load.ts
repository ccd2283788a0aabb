/** The load of a test: which way, how much and how fast, and toward which servers. */
import { defaults, iperf3, limits } from '../../../defaults/index.js';
import { rateText, sizeText } from '../../../units.js';
import { anySize, count, integer, seconds, sendingRate, text } from '../values/types.js';
import type { FlagRow } from './flag.js';
import { simulationFlags } from './simulation.js';
import { kcpFlags } from './transport.js';
import { load } from './uses.js';

/** Of the shortest: together they are no more than bytes may be. */
const mostBlocks = { min: 1, max: Math.floor(limits.bytes.max / limits.iperf3.blockBytes.min) };

export const loadFlags = [
  {
    name: 'reverse',
    aliases: ['R'],
    for: load,
    help: 'Test the way down: the server sends',
    conflicts: ['bidir'],
  },
  { name: 'bidir', for: load, help: 'Test both ways at once' },
  {
    name: 'parallel',
    aliases: ['P'],
    for: load,
    type: integer('STREAMS', limits.streams),
    default: String(defaults.streams),
    help: 'Use STREAMS connections at once',
  },
  {
    name: 'length',
    aliases: ['l'],
    for: load,
    type: anySize,
    default: `${sizeText(defaults.blockBytes)}, with --udp ${defaults.datagram.blockBytes}, with --proto udp what fits the path`,
    help: 'Send blocks of SIZE, 64 to 1M, or with --udp packets, 64 to 65507: a WebSocket message each; with --iperf3 blocks of 1 at least, packets of 16',
  },
  {
    name: 'blockcount',
    aliases: ['k'],
    for: load,
    type: count('BLOCKS', mostBlocks),
    help: 'End when so many blocks of -l are delivered, as -n does',
  },
  {
    name: 'omit',
    aliases: ['O'],
    for: load,
    type: seconds(limits.omitSeconds),
    default: String(defaults.omitSeconds),
    help: 'Run SECONDS before the test that do not count, past TCP slow start',
    conflicts: ['bytes', 'blockcount'],
  },
  {
    name: 'bitrate',
    aliases: ['b', 'bandwidth'],
    for: load,
    type: sendingRate(limits.bitsPerSecond),
    default: `${rateText(defaults.bitsPerSecond)}, unlimited, with --udp ${rateText(defaults.datagram.bitsPerSecond)}`,
    help: 'Send at most RATE on each stream: 10M is 10 Mbit/s, and so is a bare 10; 0 is no limit',
  },
  {
    name: 'udp',
    aliases: ['u'],
    for: load,
    help: 'Send numbered packets at a steady rate, and measure their jitter and loss as a UDP test does',
  },
  {
    name: 'iperf3',
    for: ['load'],
    help: `Test against a server of iperf3, on port ${iperf3.port} unless told otherwise; packets of --udp are real ones`,
    conflicts: [
      ...['proto', 'token', 'token-file', 'no-legacy', 'legacy-token', 'header', 'cacert', 'insecure'],
      ...[...simulationFlags, ...kcpFlags].map(({ name }) => name),
    ],
  },
  {
    name: 'username',
    for: ['load'],
    type: text('NAME', iperf3.loginCharacters),
    help: 'With --iperf3: log in as NAME, with the password in IPERF3_PASSWORD of the environment or asked for',
    requires: ['iperf3', 'rsa-public-key-path'],
  },
  {
    name: 'rsa-public-key-path',
    for: ['load'],
    type: text('FILE'),
    help: "With --username: the server's RSA public key (PEM)",
    requires: ['iperf3', 'username'],
  },
  {
    name: 'repeating-payload',
    for: ['load'],
    help: 'With --iperf3: fill load with the digits 0 to 9 again and again, at both ends, instead of random bytes',
    requires: ['iperf3'],
  },
  {
    name: 'retry',
    for: ['load'],
    type: seconds(iperf3.retryLimits),
    help: 'With --iperf3: try again for SECONDS while the server is busy with another test',
    requires: ['iperf3'],
  },
] as const satisfies readonly FlagRow[];
