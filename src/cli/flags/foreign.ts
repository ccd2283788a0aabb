/**
 * Flags of iperf3, and of the original wperf, that wperf has no use for: what holds already is taken in silence, what
 * changes no figure is taken with a line that says what wperf does instead, and what cannot be had is refused in one.
 */
import { waits } from '../../defaults/index.js';
import { type Carrier, carrierOf, ofModule } from './carried-by.js';
import type { Flag } from './rows/flag.js';
import { dashed, type FlagValues, flagsByWord, label, type NamedFlag, namesOf } from './table.js';
import { usageError } from './usage.js';
import { text } from './values/types.js';

export interface ForeignFlag extends Pick<Flag, 'name' | 'aliases' | 'type'> {
  /** Its value may be left out; it stands behind `=` then. */
  readonly optional?: true;
  /** What wperf does instead. Without any of these, it is as the flag says anyway. */
  readonly note?: string | ((values: FlagValues) => string);
  /** Whatever else is asked for. */
  readonly refusal?: string;
  /** With what else is asked for; undefined where it is taken. */
  readonly refusalWith?: (values: FlagValues) => string | undefined;
}

/** What wperf does instead of what these flags ask for, a line each. Throws WperfError 'usage' for one that cannot be had. */
export function notesOn(given: readonly ForeignFlag[], values: FlagValues): string[] {
  return given.flatMap((flag) => {
    const refusal = flag.refusalWith?.(values);
    if (refusal !== undefined) throw noSuchFlag(flag, refusal);
    if (flag.note === undefined) return [];
    return [`${label(flag)} changes nothing: ${typeof flag.note === 'string' ? flag.note : flag.note(values)}`];
  });
}

export function noSuchFlag(flag: ForeignFlag, refusal: string) {
  return usageError(`wperf has no ${label(flag)}`, refusal);
}

const noSctp = 'wperf measures over TCP and UDP';
const tokenInstead = 'share a secret with --token-file at both ends';

function by(ofTcp: string): Record<Carrier, string> {
  return { tcp: ofTcp, datagrams: ofTcp, 'iperf3-datagrams': ofTcp, kcp: ofTcp, module: ofModule };
}

const manyAtOnce = 'packets go to the system many at a time, and come so, where it can do that (Linux)';

const batched: Readonly<Record<Carrier, string>> = {
  ...by('all travels in TCP, packets of -u/--udp too, which the kernel batches anyway'),
  datagrams: manyAtOnce,
  'iperf3-datagrams': manyAtOnce,
  kcp: 'KCP sends its datagrams one by one',
};

function unlessPackets(ofPackets: string, others: Readonly<Record<Carrier, string>>) {
  return (values: FlagValues) =>
    values.udp || carrierOf(values) === 'datagrams' ? ofPackets : others[carrierOf(values)];
}

export const foreignFlags: readonly ForeignFlag[] = [
  { name: 'forceflush' },
  { name: 'no-delay', aliases: ['N'] },
  { name: 'udp-counters-64bit' },
  { name: 'no-fq-socket-pacing' },
  // Clients and servers ping each other all the while.
  { name: 'cntl-ka', optional: true },
  // Scripts for the original wperf have it; probes go out many at a time unless --tr-serial says otherwise.
  { name: 'tr-parallel' },

  {
    name: 'zerocopy',
    aliases: ['Z'],
    note: unlessPackets('each packet has a number of its own to be written', {
      ...by('wperf writes ready-made batches, which costs as little'),
      kcp: 'KCP keeps what it sends until that is acknowledged',
    }),
  },
  {
    name: 'skip-rx-copy',
    note: unlessPackets('each packet is read for its number', {
      ...by('received load stays in the kernel wherever that can be; --rx-copy copies it'),
      kcp: 'KCP puts what it receives in order in the process',
    }),
  },
  { name: 'debug', aliases: ['d'], optional: true, note: '-V/--verbose tells what there is to tell' },
  {
    name: 'pacing-timer',
    type: text('VALUE'),
    note: ({ iperf3 }) =>
      `wperf times each block of -b/--bitrate by itself${iperf3 ? ', and asks a server of iperf3 to look every millisecond' : ''}`,
  },
  {
    name: 'snd-timeout',
    type: text('VALUE'),
    note: ({ 'rcv-timeout': ms = 1000 * waits.peerSilenceSeconds }) =>
      `a peer that is silent for ${ms / 1000} s is taken for lost (--rcv-timeout)`,
  },
  {
    name: 'idle-timeout',
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
  { name: 'fq-rate', type: text('VALUE'), refusal: 'use -b/--bitrate, which wperf paces by itself' },
  { name: 'sctp', refusal: noSctp },
  { name: 'xbind', aliases: ['X'], type: text('VALUE'), refusal: noSctp },
  {
    name: 'nstreams',
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
  {
    name: 'gsro',
    note: (values) => batched[values.server ? 'datagrams' : carrierOf(values)],
  },
  {
    name: 'rsa-private-key-path',
    type: text('VALUE'),
    refusal: 'for clients of iperf3 use --iperf3-private-key',
  },
  {
    name: 'authorized-users-path',
    type: text('VALUE'),
    refusal: 'for clients of iperf3 use --iperf3-users',
  },
  {
    name: 'time-skew-threshold',
    type: text('VALUE'),
    refusal: "the clock of an iperf3 client that logs in may differ by 10 s from the server's",
  },
  {
    name: 'server-max-duration',
    type: text('VALUE'),
    refusal: 'on a server use -t/--time, the most that a client is granted',
  },
  {
    name: 'use-pkcs1-padding',
    note: ({ server }) =>
      server ? 'both paddings are read' : 'the older padding is tried where a server of iperf3 refuses the newer',
    refusalWith: ({ iperf3, server }) => (iperf3 || server ? undefined : tokenInstead),
  },
  { name: 'json-stream-full-output', refusal: '--json-stream ends with the whole result' },
];

/** Other names of flags that wperf has. */
const otherNames = [
  ['--version4', '-4'],
  ['--version6', '-6'],
] as const;

export type KnownFlag = NamedFlag | ForeignFlag;

/** Every name that a command line may have, dashes included. */
export const knownByWord: ReadonlyMap<string, KnownFlag> = new Map<string, KnownFlag>([
  ...foreignFlags.flatMap((flag) => namesOf(flag).map((name) => [dashed(name), flag] as const)),
  ...otherNames.flatMap(([name, own]) =>
    [...flagsByWord].flatMap(([word, flag]) => (word === own ? [[name, flag] as const] : [])),
  ),
  ...flagsByWord,
]);
