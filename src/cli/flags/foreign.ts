/**
 * Flags of iperf3, and of the original wperf, that wperf has no use for: what holds already is taken in silence, what
 * changes no figure is taken with a line that says what wperf does instead, and what cannot be had is refused in one.
 */
import { waits } from '../../defaults/index.js';
import type { Flag } from './rows/flag.js';
import { dashed, flagsByWord, type NamedFlag } from './table.js';
import { text } from './values/types.js';

export interface ForeignFlag extends Pick<Flag, 'name' | 'aliases' | 'type'> {
  /** Its value may be left out; it stands behind `=` then. */
  readonly optional?: true;
  /** What wperf does instead. Without either, it is as the flag says anyway. */
  readonly note?: string;
  readonly refusal?: string;
}

const noSctp = 'wperf measures over TCP and UDP';
const tokenInstead = 'share a secret with --token-file at both ends';

export const foreignFlags: readonly ForeignFlag[] = [
  { name: 'forceflush', aliases: [] },
  { name: 'no-delay', aliases: ['N'] },
  { name: 'udp-counters-64bit', aliases: [] },
  // Clients and servers ping each other all the while.
  { name: 'cntl-ka', aliases: [], optional: true },
  // Scripts for the original wperf have it; probes go out many at a time unless --tr-serial says otherwise.
  { name: 'tr-parallel', aliases: [] },

  { name: 'zerocopy', aliases: ['Z'], note: 'wperf writes ready-made batches, which costs as little' },
  {
    name: 'skip-rx-copy',
    aliases: [],
    note: 'received load stays in the kernel wherever that can be; --rx-copy copies it',
  },
  { name: 'debug', aliases: ['d'], optional: true, note: '-V/--verbose tells what there is to tell' },
  {
    name: 'dont-fragment',
    aliases: [],
    note: 'packets of -u/--udp travel in TCP, whose segments the kernel does not let be cut',
  },
  { name: 'pacing-timer', aliases: [], type: text('VALUE'), note: 'wperf times each block of -b/--bitrate by itself' },
  {
    name: 'snd-timeout',
    aliases: [],
    type: text('VALUE'),
    note: `a peer that is silent for ${waits.peerSilenceSeconds} s is taken for lost`,
  },
  {
    name: 'idle-timeout',
    aliases: [],
    type: text('VALUE'),
    note: 'each wait of a server has a bound, so that none gets stuck',
  },

  {
    name: 'file',
    aliases: ['F'],
    type: text('VALUE'),
    refusal: 'wperf sends random bytes and keeps none; send files with scp',
  },
  { name: 'affinity', aliases: ['A'], type: text('VALUE'), refusal: 'start it as: taskset --cpu-list 0 wperf ...' },
  { name: 'fq-rate', aliases: [], type: text('VALUE'), refusal: 'use -b/--bitrate, which wperf paces by itself' },
  { name: 'sctp', aliases: [], refusal: noSctp },
  { name: 'xbind', aliases: ['X'], type: text('VALUE'), refusal: noSctp },
  {
    name: 'nstreams',
    aliases: [],
    type: text('VALUE'),
    refusal: `${noSctp}; use -P/--parallel for several connections`,
  },
  { name: 'mptcp', aliases: ['m'], refusal: 'use -P/--parallel for several connections' },
  {
    name: 'flowlabel',
    aliases: ['L'],
    type: text('VALUE'),
    refusal: 'the kernel chooses the flow label of each connection',
  },
  { name: 'gsro', aliases: [], refusal: 'packets of -u/--udp travel in TCP, which the kernel batches anyway' },
  {
    name: 'rsa-private-key-path',
    aliases: [],
    type: text('VALUE'),
    refusal: 'for clients of iperf3 use --iperf3-private-key',
  },
  {
    name: 'authorized-users-path',
    aliases: [],
    type: text('VALUE'),
    refusal: 'for clients of iperf3 use --iperf3-users',
  },
  { name: 'time-skew-threshold', aliases: [], type: text('VALUE'), refusal: tokenInstead },
  { name: 'use-pkcs1-padding', aliases: [], refusal: tokenInstead },
  { name: 'json-stream-full-output', aliases: [], refusal: '--json-stream ends with the whole result' },
];

/** Other names of flags that wperf has. */
const otherNames = [
  ['--version4', '-4'],
  ['--version6', '-6'],
] as const;

export type KnownFlag = NamedFlag | ForeignFlag;

/** Every name that a command line may have, dashes included. */
export const knownByWord: ReadonlyMap<string, KnownFlag> = new Map<string, KnownFlag>([
  ...foreignFlags.flatMap((flag) => [flag.name, ...flag.aliases].map((name) => [dashed(name), flag] as const)),
  ...otherNames.flatMap(([name, own]) =>
    [...flagsByWord].flatMap(([word, flag]) => (word === own ? [[name, flag] as const] : [])),
  ),
  ...flagsByWord,
]);
