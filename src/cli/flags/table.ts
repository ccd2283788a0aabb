/**
 * The one table of flags: it makes the parser, `--help`, the manual page, completions, keys of the configuration file,
 * the table of docs/flags.md, and the types of the parsed values.
 */
import { defaults, iperf3, kcp, limits, serverRate, traceService, waits } from '../../defaults/index.js';
import { rateText, sizeText } from '../../units.js';
import { proxyUrl } from '../plan/way/proxy.js';
import { shells } from './help/shells.js';
import { topics } from './help/topics.js';
import { header } from './values/header.js';
import { dscp, tos } from './values/tos.js';
import { transport, transports } from './values/transports.js';
import {
  algorithm,
  choice,
  cidrs,
  count,
  type FlagType,
  integer,
  milliseconds,
  networkDevice,
  ownAddress,
  percent,
  rate,
  rateLimit,
  seconds,
  secondsOrZero,
  size,
  text,
  urlPath,
} from './values/types.js';
import { parseHost } from './values/url.js';

export const groups = ['Modes', 'Both', 'Client', 'Simulation', 'Server', 'Trace', 'Routes'] as const;
export type Group = (typeof groups)[number];

export const groupTitles: Readonly<Record<Group, string>> = {
  Modes: 'Modes (give one)',
  Both: 'Client and server',
  Client: 'Client (-c, --loopback)',
  Simulation: 'Simulated conditions (-c, --loopback)',
  Server: 'Server (-s)',
  Trace: 'Routes (--traceroute, --reverse-traceroute)',
  Routes: 'Routes back to clients (-s)',
};

/** What a command line has wperf do. */
export type Use = 'load' | 'ping' | 'route-back' | 'both-routes' | 'traceroute' | 'server' | 'from' | 'compare';

export interface Flag {
  /** Without dashes; of one character where there is no long form. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** Its section of `--help`. */
  readonly group: Group;
  /** What it has a meaning for; `loopback`: also against a server of this machine's own. All else refuses it. */
  readonly for: readonly (Use | 'loopback')[];
  /** What it chooses of these; without such a flag, a client makes a load test. */
  readonly makes?: Use;
  readonly help: string;
  /** A flag without a type is a switch. */
  readonly type?: FlagType<unknown>;
  /** The value that the flag has where none is given with it. */
  readonly alone?: string;
  /** What holds when the flag is not given, for people. */
  readonly default?: string;
  readonly repeatable?: true;
  /** Takes every word up to the next flag. */
  readonly takesMore?: true;
  /** Names of the flags that this one excludes; declared on one side only. */
  readonly conflicts?: readonly string[];
  /** Names of the flags that must be given too. */
  readonly requires?: readonly string[];
  /** What to do instead when it is given in the wrong mode, where that is more than using the right one. */
  readonly elsewhere?: string;
}

const server = ['server'] as const;
/** Servers that are not of `--loopback`. */
const remote = ['load', 'ping', 'route-back', 'both-routes'] as const;
const client = [...remote, 'loopback'] as const;
const load = ['load', 'loopback'] as const;
const ping = ['ping', 'loopback'] as const;
const loadAndFrom = [...load, 'from'] as const;
const routeBack = ['route-back', 'loopback'] as const;
const bothRoutes = ['both-routes', 'loopback'] as const;
const trace = ['traceroute'] as const;
const loadAndPing = [...load, 'ping'] as const;
const loadAndServer = [...load, 'server'] as const;
const loadPingAndServer = [...loadAndPing, 'server'] as const;
const remoteAndServer = [...remote, 'server'] as const;
const clientAndServer = [...client, 'server'] as const;
const clientAndTrace = [...client, 'traceroute'] as const;
/** With connections that this machine begins and that are no routes there. */
const ownConnections = ['load', 'ping', 'route-back', 'loopback'] as const;
const routes = ['traceroute', 'route-back', 'both-routes', 'loopback'] as const;
const routesAndServer = [...routes, 'server'] as const;
const everyTest = [...client, 'traceroute', 'server'] as const;
const from = ['from'] as const;
const clientTraceAndFrom = [...clientAndTrace, ...from] as const;
const compare = ['compare'] as const;
const everyUse = [...everyTest, ...from, ...compare] as const;

const general = [
  {
    name: 'server',
    aliases: ['s'],
    group: 'Modes',
    for: server,
    makes: 'server',
    help: 'Wait for clients and serve their tests',
    conflicts: ['client', 'loopback', 'traceroute'],
  },
  {
    name: 'client',
    aliases: ['c'],
    group: 'Modes',
    for: remote,
    type: text('HOST|URL'),
    help: 'Test the path to a server: host, host:port, [v6]:port, ws://host/path or wss://host/path',
    conflicts: ['loopback', 'traceroute'],
  },
  {
    name: 'loopback',
    aliases: [],
    group: 'Modes',
    for: client,
    help: 'Test this machine against a server of its own, started for the test on a free port',
    conflicts: ['traceroute'],
  },
  {
    name: 'traceroute',
    aliases: [],
    group: 'Modes',
    for: trace,
    makes: 'traceroute',
    type: { placeholder: 'HOST', parse: parseHost },
    help: 'Show the route to HOST, each hop with country and AS; on Linux no privilege is needed',
  },
  {
    name: 'from',
    aliases: [],
    group: 'Modes',
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
    aliases: [],
    group: 'Modes',
    for: compare,
    makes: 'compare',
    type: text('FILE...'),
    repeatable: true,
    takesMore: true,
    help: 'Show how the results of tests differ from the first, and whether by more than they vary themselves',
    conflicts: ['server', 'client', 'loopback', 'traceroute', 'from'],
  },
  { name: 'version', aliases: ['v'], group: 'Modes', for: everyUse, help: 'Print the version' },
  {
    name: 'help',
    aliases: ['h'],
    group: 'Modes',
    for: everyUse,
    type: { ...choice(topics), placeholder: 'TOPIC' },
    alone: 'modes',
    help: 'Print help: client, server, trace, simulation, all, or man for the manual page',
  },
  {
    name: 'completion',
    aliases: [],
    group: 'Modes',
    for: everyUse,
    type: choice(shells),
    help: 'Print what has a shell complete the words of wperf',
  },

  {
    name: 'port',
    aliases: ['p'],
    group: 'Both',
    for: remoteAndServer,
    type: integer('PORT', limits.port),
    default: `${defaults.port}, or the URL's own`,
    help: 'Port to listen on (0 takes any free one) or to connect to; wins over the port of -c',
  },
  {
    name: 'interval',
    aliases: ['i'],
    group: 'Both',
    for: loadPingAndServer,
    type: secondsOrZero(limits.intervalSeconds, 'for none'),
    default: String(defaults.intervalSeconds),
    help: 'Report every SECONDS; with --ping, the time from one ping to the next',
  },
  {
    name: 'time',
    aliases: ['t'],
    group: 'Both',
    for: loadAndServer,
    type: secondsOrZero(limits.seconds, 'until interrupted'),
    default: `${defaults.seconds} on a client`,
    help: 'Test for SECONDS, fractions allowed; on a server: the most that a client is granted, and how long clients of the original wperf are sent load (10)',
  },
  {
    name: 'bytes',
    aliases: ['n'],
    group: 'Both',
    for: loadAndServer,
    type: size(limits.bytes),
    help: 'End when SIZE is delivered, or after -t where that comes first; on a server: the most that a client is granted',
    conflicts: ['blockcount'],
  },
  {
    name: 'rcv-timeout',
    aliases: [],
    group: 'Both',
    for: loadAndServer,
    type: milliseconds({ min: 1000 * limits.silenceSeconds.min, max: 1000 * limits.silenceSeconds.max }),
    default: String(1000 * waits.peerSilenceSeconds),
    help: 'Give the far side of a test up when nothing comes from it for MS milliseconds',
  },
  {
    name: 'token',
    aliases: [],
    group: 'Both',
    for: clientAndServer,
    type: text('SECRET'),
    default: 'WPERF_TOKEN of the environment',
    help: 'Secret that client and server must share; it never crosses the network, except with the original wperf (--legacy-token)',
    conflicts: ['token-file'],
  },
  {
    name: 'token-file',
    aliases: [],
    group: 'Both',
    for: clientAndServer,
    type: text('FILE'),
    help: 'Read the token from FILE, so that no process list shows it',
  },
  {
    name: 'format',
    aliases: ['f'],
    group: 'Both',
    for: loadAndServer,
    type: choice(['k', 'm', 'g', 't']),
    default: 'what fits each figure',
    help: 'Unit of rates: Kbit/s, Mbit/s, Gbit/s or Tbit/s',
  },
  {
    name: 'json',
    aliases: ['J'],
    group: 'Both',
    for: everyUse,
    help: 'Print one JSON object at the end',
    conflicts: ['json-stream'],
  },
  {
    name: 'json-stream',
    aliases: [],
    group: 'Both',
    for: everyTest,
    help: 'Print one line of JSON for each event as it happens',
  },
  {
    name: 'config',
    aliases: [],
    group: 'Both',
    for: everyUse,
    type: text('FILE'),
    default: 'wperf/config.json in XDG_CONFIG_HOME or ~/.config, where there is one',
    help: 'Take settings from FILE: JSON with long flags as keys; the command line wins',
    conflicts: ['no-config'],
  },
  { name: 'no-config', aliases: [], group: 'Both', for: everyUse, help: 'Take no settings from a file' },
  { name: 'logfile', aliases: [], group: 'Both', for: everyUse, type: text('FILE'), help: 'Write the output to FILE' },
  {
    name: 'pidfile',
    aliases: ['I'],
    group: 'Both',
    for: everyTest,
    type: text('FILE'),
    help: 'Keep the number of the process in FILE while it runs',
  },
  { name: 'timestamps', aliases: [], group: 'Both', for: everyTest, help: 'Begin each line with the time of day' },
  {
    name: 'verbose',
    aliases: ['V'],
    group: 'Both',
    for: loadAndServer,
    help: 'Tell more: the machine, the kernel, the settings',
  },
  {
    name: 'no-legacy',
    aliases: [],
    group: 'Both',
    for: remoteAndServer,
    help: 'Refuse clients and servers of the original wperf',
  },
  {
    name: 'no-color',
    aliases: [],
    group: 'Both',
    for: everyTest,
    help: 'Print without colors, as NO_COLOR in the environment does',
  },

  {
    name: 'reverse',
    aliases: ['R'],
    group: 'Client',
    for: load,
    help: 'Test the way down: the server sends',
    conflicts: ['bidir'],
  },
  { name: 'bidir', aliases: [], group: 'Client', for: load, help: 'Test both ways at once' },
  {
    name: 'parallel',
    aliases: ['P'],
    group: 'Client',
    for: load,
    type: integer('STREAMS', limits.streams),
    default: String(defaults.streams),
    help: 'Use STREAMS connections at once',
  },
  {
    name: 'length',
    aliases: ['l'],
    group: 'Client',
    for: load,
    type: size({ min: limits.datagram.blockBytes.min, max: limits.blockBytes.max }),
    default: `${sizeText(defaults.blockBytes)}, with --udp ${defaults.datagram.blockBytes}, with --proto udp what fits the path`,
    help: 'Send blocks of SIZE, 1K to 1M, or with --udp packets, 64 to 65507: a WebSocket message each',
  },
  {
    name: 'blockcount',
    aliases: ['k'],
    group: 'Client',
    for: load,
    type: count('BLOCKS', limits.bytes),
    help: 'End when so many blocks of -l are delivered, as -n does',
  },
  {
    name: 'omit',
    aliases: ['O'],
    group: 'Client',
    for: load,
    type: seconds(limits.omitSeconds),
    default: String(defaults.omitSeconds),
    help: 'Run SECONDS before the test that do not count, past TCP slow start',
    conflicts: ['bytes', 'blockcount'],
  },
  {
    name: 'bitrate',
    aliases: ['b', 'bandwidth'],
    group: 'Client',
    for: load,
    type: rate(limits.bitsPerSecond),
    default: `${rateText(defaults.bitsPerSecond)}, unlimited, with --udp ${rateText(defaults.datagram.bitsPerSecond)}`,
    help: 'Send at most RATE on each stream: 10M is 10 Mbit/s, and so is a bare 10; 0 is no limit',
  },
  {
    name: 'udp',
    aliases: ['u'],
    group: 'Client',
    for: load,
    help: 'Send numbered packets at a steady rate, and measure their jitter and loss as a UDP test does',
  },
  {
    name: 'iperf3',
    aliases: [],
    group: 'Client',
    for: ['load'],
    help: `Test against a server of iperf3, on port ${iperf3.port} unless told otherwise; packets of --udp are real ones`,
    conflicts: [
      ...['proto', 'token', 'token-file', 'no-legacy', 'legacy-token', 'header', 'cacert', 'insecure'],
      ...[
        'sim-latency',
        'sim-jitter',
        'sim-loss',
        'sim-mtu',
        'sim-sndbuf',
        'sim-rcvbuf',
        'sim-tcp-nodelay',
        'sim-seed',
      ],
      ...['kcp-snd-wnd', 'kcp-rcv-wnd', 'kcp-interval', 'kcp-resend', 'kcp-no-delay', 'kcp-congestion', 'kcp-mtu'],
    ],
  },
  {
    name: 'username',
    aliases: [],
    group: 'Client',
    for: ['load'],
    type: text('NAME', iperf3.loginCharacters),
    help: 'With --iperf3: log in as NAME, with the password in IPERF3_PASSWORD of the environment or asked for',
    requires: ['iperf3', 'rsa-public-key-path'],
  },
  {
    name: 'rsa-public-key-path',
    aliases: [],
    group: 'Client',
    for: ['load'],
    type: text('FILE'),
    help: "With --username: the server's RSA public key (PEM)",
    requires: ['iperf3', 'username'],
  },
  {
    name: 'repeating-payload',
    aliases: [],
    group: 'Client',
    for: ['load'],
    help: 'With --iperf3: fill load with the digits 0 to 9 again and again, at both ends, instead of random bytes',
    requires: ['iperf3'],
  },
  {
    name: 'retry',
    aliases: [],
    group: 'Client',
    for: ['load'],
    type: seconds(iperf3.retryLimits),
    help: 'With --iperf3: try again for SECONDS while the server is busy with another test',
    requires: ['iperf3'],
  },
  {
    name: 'proto',
    aliases: [],
    group: 'Both',
    for: loadAndServer,
    type: transport,
    default: 'ws',
    help: 'Carry the load by PROTO, while the two ends talk over the WebSocket: ws, tcp, udp (real packets, as --udp), kcp, or the path of a module (docs/transports.md); on a server: a module to offer too',
  },
  {
    name: 'probe-mtu',
    aliases: [],
    group: 'Client',
    for: load,
    help: 'With --proto udp: find out the longest datagram that passes, each way, before the test',
  },
  {
    name: 'kcp-snd-wnd',
    aliases: [],
    group: 'Client',
    for: load,
    type: integer('SEGMENTS', kcp.limits.sendWindow),
    default: String(kcp.defaults.sendWindow),
    help: 'With --proto kcp: segments in flight at most',
  },
  {
    name: 'kcp-rcv-wnd',
    aliases: [],
    group: 'Client',
    for: load,
    type: integer('SEGMENTS', kcp.limits.receiveWindow),
    default: String(kcp.defaults.receiveWindow),
    help: 'With --proto kcp: segments that a receiver holds at most',
  },
  {
    name: 'kcp-interval',
    aliases: [],
    group: 'Client',
    for: load,
    type: integer('MS', kcp.limits.interval),
    default: String(kcp.defaults.interval),
    help: 'With --proto kcp: from one flush of its queues to the next',
  },
  {
    name: 'kcp-resend',
    aliases: [],
    group: 'Client',
    for: load,
    type: integer('ACKS', kcp.limits.resend),
    default: String(kcp.defaults.resend),
    help: 'With --proto kcp: resend a segment once so many later ones are acknowledged; 0 is never',
  },
  {
    name: 'kcp-no-delay',
    aliases: [],
    group: 'Client',
    for: load,
    help: 'With --proto kcp: shorter timeouts, which grow more slowly',
  },
  {
    name: 'kcp-congestion',
    aliases: [],
    group: 'Client',
    for: load,
    help: 'With --proto kcp: keep to a congestion window',
  },
  {
    name: 'kcp-mtu',
    aliases: [],
    group: 'Client',
    for: load,
    type: integer('BYTES', kcp.limits.mtu),
    default: String(kcp.defaults.mtu),
    help: 'With --proto kcp: the longest datagram',
  },
  {
    name: 'ping',
    aliases: [],
    group: 'Client',
    for: ping,
    makes: 'ping',
    help: 'Measure round trips instead of throughput',
  },
  {
    name: 'ping-count',
    aliases: [],
    group: 'Client',
    for: ping,
    type: integer('N', limits.pingCount),
    default: String(defaults.pingCount),
    help: 'Send N pings, each --interval after the one before',
  },
  {
    name: 'reverse-traceroute',
    aliases: [],
    group: 'Client',
    for: routeBack,
    makes: 'route-back',
    help: 'Show the route back, from the server to this machine, instead of measuring throughput',
  },
  {
    name: 'both-traceroutes',
    aliases: [],
    group: 'Client',
    for: bothRoutes,
    makes: 'both-routes',
    help: 'Show the route to the server and the route back beside each other',
  },
  {
    name: 'rx-copy',
    aliases: [],
    group: 'Client',
    for: load,
    help: 'Copy received load into the receiving process, even where its kernel could drop it once counted',
  },
  { name: 'no-latency', aliases: [], group: 'Client', for: load, help: 'Do not measure latency beside throughput' },
  {
    name: 'latency-samples',
    aliases: [],
    group: 'Client',
    for: load,
    help: 'Tell the round trips of latency one by one in JSON; a report in HTML always has them',
    conflicts: ['no-latency'],
  },
  {
    name: 'report',
    aliases: [],
    group: 'Client',
    for: clientTraceAndFrom,
    type: text('FILE.html'),
    help: 'Write a report to look at into FILE.html at the end, of a test, pings or a route; it holds the result, too',
  },
  {
    name: 'csv',
    aliases: [],
    group: 'Client',
    for: loadAndFrom,
    help: 'Print rows for a spreadsheet at the end: each interval of each stream, sums and totals',
    conflicts: ['json', 'json-stream', 'get-server-output', 'timestamps', 'verbose'],
  },
  {
    name: 'fail-below',
    aliases: [],
    group: 'Client',
    for: load,
    type: rate({ min: 1, max: limits.bitsPerSecond.max }),
    help: 'Exit with 7 where the receiver had less than RATE, in either direction',
  },
  {
    name: 'fail-above-latency',
    aliases: [],
    group: 'Client',
    for: load,
    type: milliseconds(limits.latencyBoundMs),
    help: 'Exit with 8 where the median round trip under load took more than MS milliseconds',
    conflicts: ['no-latency'],
  },
  {
    name: 'fail-above-loss',
    aliases: [],
    group: 'Client',
    for: load,
    type: percent(limits.lossBoundPercent),
    help: 'With --udp or --proto udp: exit with 9 where more than PERCENT of the packets were lost, in either direction',
  },
  { name: '4', aliases: [], group: 'Client', for: clientAndTrace, help: 'Use IPv4 only', conflicts: ['6'] },
  { name: '6', aliases: [], group: 'Client', for: clientAndTrace, help: 'Use IPv6 only' },
  {
    name: 'bind',
    aliases: ['B'],
    group: 'Client',
    for: client,
    type: ownAddress,
    help: 'Connect from ADDRESS, one of this machine, and with %DEV through that network interface only',
    elsewhere: "set a server's address with --host",
  },
  {
    name: 'bind-dev',
    aliases: [],
    group: 'Client',
    for: ownConnections,
    type: networkDevice,
    help: 'Connect through the network interface DEV only (Linux)',
    elsewhere: "set a server's address with --host",
  },
  {
    name: 'cport',
    aliases: [],
    group: 'Client',
    for: ownConnections,
    type: integer('PORT', limits.socket.localPort),
    default: 'any free one',
    help: 'Connect from PORT, further streams from the ports behind it; the latency connection takes any',
    elsewhere: "set a server's port with --port",
  },
  {
    name: 'window',
    aliases: ['w'],
    group: 'Client',
    for: load,
    type: size(limits.socket.windowBytes),
    default: 'as the kernels adapt it',
    help: 'Set the send and receive buffers of both ends to SIZE, and so the TCP window (Linux)',
    conflicts: ['sim-sndbuf', 'sim-rcvbuf'],
  },
  {
    name: 'set-mss',
    aliases: ['M'],
    group: 'Client',
    for: load,
    type: integer('BYTES', limits.socket.mssBytes),
    default: 'what the path takes',
    help: 'Send TCP segments of at most BYTES, both ways (Linux)',
  },
  {
    name: 'congestion',
    aliases: ['C', 'linux-congestion'],
    group: 'Client',
    for: load,
    type: algorithm,
    default: "each kernel's own",
    help: 'Use the congestion control algorithm ALGO at both ends (Linux)',
  },
  {
    name: 'tos',
    aliases: ['S'],
    group: 'Client',
    for: loadAndPing,
    type: tos,
    default: '0',
    help: 'Mark what both ends send with type of service N, as 40, 0x28 or 050 (Linux)',
    conflicts: ['dscp'],
  },
  {
    name: 'dscp',
    aliases: [],
    group: 'Client',
    for: loadAndPing,
    type: dscp,
    help: 'Mark it with the code point N or NAME: af11 to af43, cs0 to cs7, ef, le (Linux)',
  },
  {
    name: 'connect-timeout',
    aliases: [],
    group: 'Client',
    for: client,
    type: integer('MS', limits.connectTimeoutMs),
    default: String(defaults.connectTimeoutMs),
    help: 'Give up connecting after MS milliseconds',
  },
  {
    name: 'title',
    aliases: ['T'],
    group: 'Client',
    for: loadAndPing,
    type: text('TEXT', limits.titleCharacters),
    help: 'Name the test TEXT in its output',
  },
  {
    name: 'extra-data',
    aliases: [],
    group: 'Client',
    for: load,
    type: text('TEXT', limits.titleCharacters),
    help: 'Carry TEXT in the JSON output',
  },
  { name: 'get-server-output', aliases: [], group: 'Client', for: load, help: "Print the server's own report too" },
  {
    name: 'legacy-token',
    aliases: [],
    group: 'Client',
    for: remote,
    help: 'Send the token in the clear to a server of the original wperf; over wss with a checked certificate it is sent anyway',
    conflicts: ['no-legacy'],
  },
  {
    name: 'header',
    aliases: ['H'],
    group: 'Client',
    for: remote,
    type: header,
    repeatable: true,
    help: 'Add a header to the request, for the proxies on the way; may be given again',
  },
  {
    name: 'cacert',
    aliases: [],
    group: 'Client',
    for: remote,
    type: text('FILE'),
    default: 'the public authorities',
    help: 'Trust the certificate authorities in FILE (PEM) for wss',
    conflicts: ['insecure'],
  },
  { name: 'insecure', aliases: [], group: 'Client', for: remote, help: 'Accept any certificate for wss' },
  {
    name: 'proxy',
    aliases: [],
    group: 'Client',
    for: remote,
    type: proxyUrl,
    default: 'HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY of the environment',
    help: 'Connect through a proxy: http://, https://, socks5:// or socks5h://, with user:password@ if it asks',
  },

  {
    name: 'sim-latency',
    aliases: [],
    group: 'Simulation',
    for: loadAndPing,
    type: milliseconds(limits.simulation.latencyMs),
    help: 'Delay all that each end sends by MS: a round trip takes twice as long',
  },
  {
    name: 'sim-jitter',
    aliases: [],
    group: 'Simulation',
    for: loadAndPing,
    type: milliseconds(limits.simulation.jitterMs),
    help: 'Delay it by up to MS more or less',
  },
  {
    name: 'sim-loss',
    aliases: [],
    group: 'Simulation',
    for: loadAndPing,
    type: percent(limits.simulation.lossPercent),
    help: 'Lose PERCENT of the messages of load that each end sends, and of pings',
  },
  {
    name: 'sim-mtu',
    aliases: [],
    group: 'Simulation',
    for: loadAndPing,
    type: size(limits.simulation.mtuBytes),
    help: 'Send load in messages of at most SIZE',
  },
  {
    name: 'sim-sndbuf',
    aliases: [],
    group: 'Simulation',
    for: loadAndPing,
    type: size(limits.simulation.bufferBytes),
    help: 'Ask the kernel of each end for a send buffer of SIZE',
  },
  {
    name: 'sim-rcvbuf',
    aliases: [],
    group: 'Simulation',
    for: loadAndPing,
    type: size(limits.simulation.bufferBytes),
    help: 'Ask the kernel of each end for a receive buffer of SIZE',
  },
  {
    name: 'sim-tcp-nodelay',
    aliases: [],
    group: 'Simulation',
    for: loadAndPing,
    help: 'Send without delay (TCP_NODELAY), as wperf always does; a server of the original wperf gathers messages otherwise',
  },
  {
    name: 'sim-seed',
    aliases: [],
    group: 'Simulation',
    for: loadAndPing,
    type: integer('N', limits.simulation.seed),
    default: 'one by chance, which the report tells',
    help: 'Make chance repeat itself: the same messages are lost under the same N',
  },
  {
    name: 'host',
    aliases: [],
    group: 'Server',
    for: server,
    type: { placeholder: 'HOST', parse: parseHost },
    default: 'every address, IPv4 and IPv6',
    help: 'Listen on HOST only',
    elsewhere: 'name the server to connect to with -c',
  },
  {
    name: 'server-bitrate-limit',
    aliases: [],
    group: 'Server',
    for: server,
    type: rateLimit,
    default: `none; over ${serverRate.seconds} s`,
    help: 'Allow each test RATE at most, all its streams and both directions together, on average over SECONDS',
  },
  {
    name: 'allow-proto',
    aliases: [],
    group: 'Server',
    for: server,
    type: transports,
    default: 'all that there are',
    help: 'Offer only the protocols in LIST for load (--proto), as ws,tcp,udp',
  },
  {
    name: 'no-page',
    aliases: [],
    group: 'Server',
    for: server,
    help: 'Serve no page that measures from a browser',
  },
  { name: 'one-off', aliases: ['1'], group: 'Server', for: server, help: 'Serve one test, then exit' },
  {
    name: 'daemon',
    aliases: ['D'],
    group: 'Server',
    for: server,
    help: 'Serve in the background; with --logfile, write the output there',
  },
  {
    name: 'tls-cert',
    aliases: [],
    group: 'Server',
    for: server,
    type: text('FILE'),
    help: 'Speak wss with the certificate chain in FILE (PEM)',
    requires: ['tls-key'],
  },
  {
    name: 'tls-key',
    aliases: [],
    group: 'Server',
    for: server,
    type: text('FILE'),
    help: 'The private key of --tls-cert (PEM)',
    requires: ['tls-cert'],
  },
  {
    name: 'trust-proxy',
    aliases: [],
    group: 'Server',
    for: server,
    type: cidrs,
    repeatable: true,
    default: 'none',
    help: 'Believe proxies in these networks about whom they speak for: PROXY protocol, Forwarded, X-Forwarded-For',
  },
  {
    name: 'path',
    aliases: [],
    group: 'Server',
    for: server,
    type: urlPath,
    default: 'any',
    help: 'Serve tests on PATH of the URL only',
    elsewhere: 'write the path into the URL of -c',
  },

  {
    name: 'iperf3-port',
    aliases: [],
    group: 'Server',
    for: server,
    type: integer('PORT', { min: 1, max: limits.port.max }),
    default: 'the port of the server alone',
    help: 'Serve clients of iperf3 on PORT too, TCP and UDP; theirs is 5201',
    conflicts: ['no-iperf3'],
  },
  {
    name: 'iperf3-one-at-a-time',
    aliases: [],
    group: 'Server',
    for: server,
    help: 'Tell clients of iperf3 that the server is busy while a test of theirs runs, as iperf3 does',
    conflicts: ['no-iperf3'],
  },
  {
    name: 'iperf3-users',
    aliases: [],
    group: 'Server',
    for: server,
    type: text('FILE'),
    help: 'Have clients of iperf3 log in, as a user in FILE: lines of name,SHA-256 of {name}password',
    requires: ['iperf3-private-key'],
    conflicts: ['no-iperf3'],
  },
  {
    name: 'iperf3-private-key',
    aliases: [],
    group: 'Server',
    for: server,
    type: text('FILE'),
    help: 'The RSA key (PEM) under whose public part clients of iperf3 log in',
    requires: ['iperf3-users'],
    conflicts: ['no-iperf3'],
  },
  {
    name: 'iperf3-open',
    aliases: [],
    group: 'Server',
    for: server,
    help: 'Let clients of iperf3 in without the token that others need',
    conflicts: ['no-iperf3'],
  },
  {
    name: 'no-iperf3',
    aliases: [],
    group: 'Server',
    for: server,
    help: 'Refuse clients of iperf3',
  },

  {
    name: 'tr-max-hops',
    aliases: [],
    group: 'Trace',
    for: routes,
    type: integer('HOPS', limits.traceHops),
    default: String(defaults.trace.maxHops),
    help: 'Look no farther than HOPS',
  },
  {
    name: 'tr-first-hop',
    aliases: [],
    group: 'Trace',
    for: routes,
    type: integer('HOP', limits.traceHops),
    default: String(defaults.trace.firstHop),
    help: 'Begin at HOP',
  },
  {
    name: 'tr-queries',
    aliases: [],
    group: 'Trace',
    for: routes,
    type: integer('COUNT', limits.traceQueries),
    default: String(defaults.trace.queries),
    help: 'Send COUNT probes to each hop',
  },
  {
    name: 'tr-timeout',
    aliases: [],
    group: 'Trace',
    for: routes,
    type: seconds(limits.traceTimeoutSeconds),
    default: String(defaults.trace.timeoutSeconds),
    help: 'Wait SECONDS for the answer to a probe',
  },
  {
    name: 'tr-proto',
    aliases: [],
    group: 'Trace',
    for: routes,
    type: choice(['auto', 'udp', 'icmp', 'tcp', 'inband']),
    default: 'auto',
    help: 'What to probe with; inband is for routes back, through NAT and firewalls',
  },
  {
    name: 'tr-port',
    aliases: [],
    group: 'Trace',
    for: trace,
    type: integer('PORT', { min: 1, max: limits.port.max }),
    default: `${defaults.trace.udpPort} for UDP, ${defaults.trace.tcpPort} for TCP`,
    help: 'Probe toward PORT',
  },
  { name: 'tr-serial', aliases: [], group: 'Trace', for: routes, help: 'Send one probe at a time' },
  { name: 'tr-no-dns', aliases: [], group: 'Trace', for: routes, help: 'Do not look up the names of hops' },
  {
    name: 'tr-require-target',
    aliases: [],
    group: 'Trace',
    for: routes,
    help: 'Exit with 6 where a route does not reach its target',
  },
  {
    name: 'geoip-db',
    aliases: [],
    group: 'Trace',
    for: routesAndServer,
    type: text('FILE|FOLDER'),
    repeatable: true,
    default: "WPERF_GEOIP_DB, the system's folders, the data that comes with wperf",
    help: 'Look countries and ASes up in an .mmdb file or folder first; may be given again',
    conflicts: ['no-geoip'],
  },
  { name: 'no-geoip', aliases: [], group: 'Trace', for: routesAndServer, help: 'Do not look up countries and ASes' },
] as const satisfies readonly Flag[];

/** What a server that traces routes for its clients can be told of them. */
const offered = [
  {
    name: 'tr-auth-only',
    aliases: [],
    group: 'Routes',
    for: server,
    help: 'Trace only for clients that prove the token',
  },
  {
    name: 'tr-behind-proxy',
    aliases: [],
    group: 'Routes',
    for: server,
    help: 'Trace also for clients of a trusted proxy, to the address that it tells; shows the network between, which their connection does not take',
  },
  {
    name: 'tr-max-concurrent',
    aliases: [],
    group: 'Routes',
    for: server,
    type: integer('N', traceService.limits.concurrent),
    default: String(traceService.defaults.concurrent),
    help: 'Trace N routes at a time; of one client address (an IPv6 /64) always one',
  },
  {
    name: 'tr-cache',
    aliases: [],
    group: 'Routes',
    for: server,
    type: seconds(traceService.limits.cacheSeconds),
    default: String(traceService.defaults.cacheSeconds),
    help: 'Keep a result for SECONDS, for the same client asking the same again',
  },
  {
    name: 'tr-max-packets',
    aliases: [],
    group: 'Routes',
    for: server,
    type: integer('N', traceService.limits.packets),
    default: String(traceService.defaults.packets),
    help: 'Send at most N probes for one route',
  },
  {
    name: 'tr-packets-per-minute',
    aliases: [],
    group: 'Routes',
    for: server,
    type: integer('N', traceService.limits.packetsPerMinute),
    default: String(traceService.defaults.packetsPerMinute),
    help: 'Send at most N probes a minute for all clients together',
  },
  {
    name: 'tr-max-seconds',
    aliases: [],
    group: 'Routes',
    for: server,
    type: seconds(traceService.limits.seconds),
    default: String(traceService.defaults.seconds),
    help: 'End a trace after SECONDS, whatever is missing',
  },
  {
    name: 'tr-hide-hops',
    aliases: [],
    group: 'Routes',
    for: server,
    type: integer('N', traceService.limits.hideHops),
    default: String(traceService.defaults.hideHops),
    help: "Do not tell the addresses of the first N hops, the server's own network",
  },
  { name: 'tr-hide-private', aliases: [], group: 'Routes', for: server, help: 'Do not tell private addresses of hops' },
] as const satisfies readonly Flag[];

const table = [
  ...general,
  {
    name: 'no-reverse-traceroute',
    aliases: [],
    group: 'Routes',
    for: server,
    help: 'Trace no routes for clients',
    conflicts: offered.map(({ name }) => name),
  },
  ...offered,
] as const satisfies readonly Flag[];

type Row = (typeof table)[number];
export type FlagName = Row['name'];

type Parsed<R> = R extends { type: FlagType<infer T> } ? (R extends { repeatable: true } ? readonly T[] : T) : true;

/** What a command line says, by flag: only the flags that were given. */
export type FlagValues = { readonly [R in Row as R['name']]?: Parsed<R> };

export type NamedFlag = Flag & { readonly name: FlagName };
export const flags: readonly NamedFlag[] = table;

/** The flag as its errors name it, short form first: `-t/--time`. */
export function label(flag: Pick<Flag, 'name' | 'aliases'>): string {
  const { short, long } = wordsOf(flag);
  return [...short, ...long.slice(0, 1)].join('/');
}

/** The flag with the name of its value, as help shows it behind the words: ` FILE`, ` [TOPIC]`. */
export function placeholderOf(flag: Pick<Flag, 'type' | 'alone'>): string {
  if (flag.type === undefined) return '';
  return flag.alone === undefined ? ` ${flag.type.placeholder}` : ` [${flag.type.placeholder}]`;
}

/** Every name as it stands on a command line, dashes included, with the flag that it belongs to. */
export const flagsByWord: ReadonlyMap<string, NamedFlag> = new Map(
  flags.flatMap((flag) => [flag.name, ...flag.aliases].map((name) => [dashed(name), flag] as const)),
);

export function labelOf(name: string): string {
  const flag = flagsByWord.get(dashed(name));
  return flag === undefined ? dashed(name) : label(flag);
}

/** Its names as typed, in the table's order. */
export function wordsOf(flag: Pick<Flag, 'name' | 'aliases'>): {
  readonly short: readonly string[];
  readonly long: readonly string[];
} {
  const names = [flag.name, ...flag.aliases];
  return {
    short: names.filter((name) => name.length === 1).map(dashed),
    long: names.filter((name) => name.length > 1).map(dashed),
  };
}

export function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}
