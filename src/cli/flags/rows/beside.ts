/** What is measured beside the load, and what becomes of the figures. */
import { defaults, limits } from '../../../defaults/index.js';
import { integer, milliseconds, percent, rate, text } from '../values/types.js';
import type { Flag } from './flag.js';
import { bothRoutes, clientTraceAndFrom, load, loadAndFrom, ping, routeBack } from './uses.js';

export const besideFlags = [
  {
    name: 'ping',
    group: 'Client',
    for: ping,
    makes: 'ping',
    help: 'Measure round trips instead of throughput',
  },
  {
    name: 'ping-count',
    group: 'Client',
    for: ping,
    type: integer('N', limits.pingCount),
    default: String(defaults.pingCount),
    help: 'Send N pings, each --interval after the one before',
  },
  {
    name: 'reverse-traceroute',
    group: 'Client',
    for: routeBack,
    makes: 'route-back',
    help: 'Show the route back, from the server to this machine, instead of measuring throughput',
  },
  {
    name: 'both-traceroutes',
    group: 'Client',
    for: bothRoutes,
    makes: 'both-routes',
    help: 'Show the route to the server and the route back beside each other',
  },
  {
    name: 'rx-copy',
    group: 'Client',
    for: load,
    help: 'Copy received load into the receiving process, even where its kernel could drop it once counted',
  },
  { name: 'no-latency', group: 'Client', for: load, help: 'Do not measure latency beside throughput' },
  {
    name: 'latency-samples',
    group: 'Client',
    for: load,
    help: 'Tell the round trips of latency one by one in JSON; a report in HTML always has them',
    conflicts: ['no-latency'],
  },
  {
    name: 'report',
    group: 'Client',
    for: clientTraceAndFrom,
    type: text('FILE.html'),
    help: 'Write a report to look at into FILE.html at the end, of a test, pings or a route; it holds the result, too',
  },
  {
    name: 'csv',
    group: 'Client',
    for: loadAndFrom,
    help: 'Print rows for a spreadsheet at the end: each interval of each stream, sums and totals',
    conflicts: ['json', 'json-stream', 'get-server-output', 'timestamps', 'verbose'],
  },
  {
    name: 'fail-below',
    group: 'Client',
    for: load,
    type: rate({ min: 1, max: limits.bitsPerSecond.max }),
    help: 'Exit with 7 where the receiver had less than RATE, in either direction',
  },
  {
    name: 'fail-above-latency',
    group: 'Client',
    for: load,
    type: milliseconds(limits.latencyBoundMs),
    help: 'Exit with 8 where the median round trip under load took more than MS milliseconds',
    conflicts: ['no-latency'],
  },
  {
    name: 'fail-above-loss',
    group: 'Client',
    for: load,
    type: percent(limits.lossBoundPercent),
    help: 'With --udp or --proto udp: exit with 9 where more than PERCENT of the packets were lost, in either direction',
  },
] as const satisfies readonly Flag[];
