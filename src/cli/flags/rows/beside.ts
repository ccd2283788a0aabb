/** What is measured beside the load, and what becomes of the figures. */
import { defaults, limits } from '../../../defaults/index.js';
import { integer, milliseconds, percent, rate, text } from '../values/types.js';
import type { FlagRow } from './flag.js';
import { bothRoutes, clientTraceAndFrom, load, loadAndFrom, ping, routeBack } from './uses.js';

export const besideFlags = [
  {
    name: 'ping',
    for: ping,
    makes: 'ping',
    help: 'Measure round trips instead of throughput',
  },
  {
    name: 'ping-count',
    for: ping,
    type: integer('N', limits.pingCount),
    default: String(defaults.pingCount),
    help: 'Send N pings, each --interval after the one before',
  },
  {
    name: 'reverse-traceroute',
    for: routeBack,
    makes: 'route-back',
    help: 'Show the route back, from the server to this machine, instead of measuring throughput',
  },
  {
    name: 'both-traceroutes',
    for: bothRoutes,
    makes: 'both-routes',
    help: 'Show the route to the server and the route back beside each other',
  },
  {
    name: 'rx-copy',
    for: load,
    help: 'Copy received load into the receiving process, even where its kernel could drop it once counted',
  },
  { name: 'no-latency', for: load, help: 'Do not measure latency beside throughput' },
  {
    name: 'latency-samples',
    for: load,
    help: 'Tell the round trips of latency one by one in JSON; a report in HTML always has them',
    conflicts: ['no-latency'],
  },
  {
    name: 'report',
    for: clientTraceAndFrom,
    type: text('FILE.html'),
    help: 'Write a report to look at into FILE.html at the end, of a test, pings or a route; it holds the result, too',
  },
  {
    name: 'csv',
    for: loadAndFrom,
    help: 'Print rows for a spreadsheet at the end: each interval of each stream, sums and totals',
    conflicts: ['json', 'json-stream', 'get-server-output', 'timestamps', 'verbose'],
  },
  {
    name: 'fail-below',
    for: load,
    type: rate({ min: 1, max: limits.bitsPerSecond.max }),
    help: 'Exit with 7 where the receiver had less than RATE, in either direction',
  },
  {
    name: 'fail-above-latency',
    for: load,
    type: milliseconds(limits.latencyBoundMs),
    help: 'Exit with 8 where the median round trip under load took more than MS milliseconds',
    conflicts: ['no-latency'],
  },
  {
    name: 'fail-above-loss',
    for: load,
    type: percent(limits.lossBoundPercent),
    help: 'With --udp or --proto udp: exit with 9 where more than PERCENT of the packets were lost, in either direction',
  },
] as const satisfies readonly FlagRow[];
