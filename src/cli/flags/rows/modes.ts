/** What wperf is to do. */
import { shells } from '../help/shells.js';
import { topics } from '../help/topics.js';
import { choice, text } from '../values/types.js';
import { parseHost } from '../values/url.js';
import type { FlagRow } from './flag.js';
import { client, compare, everyUse, from, remote, server, trace } from './uses.js';

export const modeFlags = [
  {
    name: 'server',
    aliases: ['s'],
    for: server,
    makes: 'server',
    help: 'Wait for clients and serve their tests',
    conflicts: ['client', 'loopback', 'traceroute'],
  },
  {
    name: 'client',
    aliases: ['c'],
    for: remote,
    type: text('HOST|URL'),
    help: 'Test the path to a server: host, host:port, [v6]:port, ws://host/path or wss://host/path',
    conflicts: ['loopback', 'traceroute'],
  },
  {
    name: 'loopback',
    for: client,
    help: 'Test this machine against a server of its own, started for the test on a free port',
    conflicts: ['traceroute'],
  },
  {
    name: 'traceroute',
    for: trace,
    makes: 'traceroute',
    type: { placeholder: 'HOST', parse: parseHost },
    help: 'Show the route to HOST, each hop with country and AS; on Linux no privilege is needed',
  },
  {
    name: 'from',
    for: from,
    makes: 'from',
    type: text('FILE...'),
    repeatable: true,
    takesMore: true,
    help: 'Read a result back, from what -J printed or a report in HTML, for --report, -J or --csv; routes may follow a test',
    conflicts: ['server', 'client', 'loopback', 'traceroute'],
  },
  {
    name: 'compare',
    for: compare,
    makes: 'compare',
    type: text('FILE...'),
    repeatable: true,
    takesMore: true,
    help: 'Show how the results of tests differ from the first, and whether by more than they vary themselves',
    conflicts: ['server', 'client', 'loopback', 'traceroute', 'from'],
  },
  { name: 'version', aliases: ['v'], for: everyUse, help: 'Print the version' },
  {
    name: 'help',
    aliases: ['h'],
    for: everyUse,
    type: { ...choice(topics), placeholder: 'TOPIC' },
    alone: 'modes',
    help: 'Print help: client, server, trace, simulation, all, or man for the manual page',
  },
  {
    name: 'completion',
    for: everyUse,
    type: choice(shells),
    help: 'Print what has a shell complete the words of wperf',
  },
] as const satisfies readonly FlagRow[];
