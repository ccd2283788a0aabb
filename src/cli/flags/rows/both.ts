/** Of clients and servers alike. */
import { defaults, limits, waits } from '../../../defaults/index.js';
import { choice, integer, milliseconds, secondsOrZero, size, text } from '../values/types.js';
import type { FlagRow } from './flag.js';
import { clientAndServer, everyTest, everyUse, loadAndServer, loadPingAndServer, remoteAndServer } from './uses.js';

export const bothFlags = [
  {
    name: 'port',
    aliases: ['p'],
    for: remoteAndServer,
    type: integer('PORT', limits.port),
    default: `${defaults.port}, or the URL's own`,
    help: 'Port to listen on (0 takes any free one) or to connect to; wins over the port of -c',
  },
  {
    name: 'interval',
    aliases: ['i'],
    for: loadPingAndServer,
    type: secondsOrZero(limits.intervalSeconds, 'for none'),
    default: String(defaults.intervalSeconds),
    help: 'Report every SECONDS; with --ping, the time from one ping to the next',
  },
  {
    name: 'time',
    aliases: ['t'],
    for: loadAndServer,
    type: secondsOrZero(limits.seconds, 'until interrupted'),
    default: `${defaults.seconds} on a client`,
    help: 'Test for SECONDS, fractions allowed; on a server: the most that a client is granted, and how long clients of the original wperf are sent load (10)',
  },
  {
    name: 'bytes',
    aliases: ['n'],
    for: loadAndServer,
    type: size(limits.bytes),
    help: 'End when SIZE is delivered, or after -t where that comes first; on a server: the most that a client is granted',
    conflicts: ['blockcount'],
  },
  {
    name: 'rcv-timeout',
    for: loadAndServer,
    type: milliseconds({ min: 1000 * limits.silenceSeconds.min, max: 1000 * limits.silenceSeconds.max }),
    default: String(1000 * waits.peerSilenceSeconds),
    help: 'Give the far side of a test up when nothing comes from it for MS milliseconds',
  },
  {
    name: 'token',
    for: clientAndServer,
    type: text('SECRET'),
    default: 'WPERF_TOKEN of the environment',
    help: 'Secret that client and server must share; it never crosses the network, except with the original wperf (--legacy-token)',
    conflicts: ['token-file'],
  },
  {
    name: 'token-file',
    for: clientAndServer,
    type: text('FILE'),
    help: 'Read the token from FILE, so that no process list shows it',
  },
  {
    name: 'format',
    aliases: ['f'],
    for: loadAndServer,
    type: choice(['k', 'm', 'g', 't']),
    default: 'what fits each figure',
    help: 'Unit of rates: Kbit/s, Mbit/s, Gbit/s or Tbit/s',
  },
  {
    name: 'json',
    aliases: ['J'],
    for: everyUse,
    help: 'Print one JSON object at the end',
    conflicts: ['json-stream'],
  },
  {
    name: 'json-stream',
    for: everyTest,
    help: 'Print one line of JSON for each event as it happens',
  },
  {
    name: 'config',
    for: everyUse,
    type: text('FILE'),
    default: 'wperf/config.json in XDG_CONFIG_HOME or ~/.config, where there is one',
    help: 'Take settings from FILE: JSON with long flags as keys; the command line wins',
    conflicts: ['no-config'],
  },
  { name: 'no-config', for: everyUse, help: 'Take no settings from a file' },
  { name: 'logfile', for: everyUse, type: text('FILE'), help: 'Write the output to FILE' },
  {
    name: 'pidfile',
    aliases: ['I'],
    for: everyTest,
    type: text('FILE'),
    help: 'Keep the number of the process in FILE while it runs',
  },
  { name: 'timestamps', for: everyTest, help: 'Begin each line with the date and time' },
  {
    name: 'verbose',
    aliases: ['V'],
    for: loadAndServer,
    help: 'Tell more: the machine, the kernel, the settings',
  },
  {
    name: 'no-legacy',
    for: remoteAndServer,
    help: 'Refuse clients and servers of the original wperf',
  },
  {
    name: 'no-color',
    for: everyTest,
    help: 'Print without colors, as NO_COLOR in the environment does',
  },
] as const satisfies readonly FlagRow[];
