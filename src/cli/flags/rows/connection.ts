/** How a client connects, and what it says of itself. */
import { defaults, limits } from '../../../defaults/index.js';
import { proxyUrl } from '../../plan/way/proxy.js';
import { header } from '../values/header.js';
import { dscp, tos } from '../values/tos.js';
import { algorithm, integer, networkDevice, ownAddress, size, text } from '../values/types.js';
import type { FlagRow } from './flag.js';
import { client, clientAndTrace, load, loadAndPing, ownConnections, remote } from './uses.js';

export const connectionFlags = [
  {
    name: '4',
    for: clientAndTrace,
    help: 'Use IPv4 only',
    conflicts: ['6'],
    elsewhere: 'serve IPv4 alone with --host 0.0.0.0',
  },
  {
    name: '6',
    for: clientAndTrace,
    help: 'Use IPv6 only',
    elsewhere: "set a server's address with --host; :: takes both families",
  },
  {
    name: 'bind',
    aliases: ['B'],
    for: client,
    type: ownAddress,
    help: 'Connect from ADDRESS, one of this machine, and with %DEV through that network interface only',
    elsewhere: "set a server's address with --host",
  },
  {
    name: 'bind-dev',
    for: ownConnections,
    type: networkDevice,
    help: 'Connect through the network interface DEV only (Linux)',
    elsewhere: "set a server's address with --host",
  },
  {
    name: 'cport',
    for: ownConnections,
    type: integer('PORT', limits.socket.localPort),
    default: 'any free one',
    help: 'Connect from PORT, further streams from the ports behind it; the latency connection takes any',
    elsewhere: "set a server's port with --port",
  },
  {
    name: 'window',
    aliases: ['w'],
    for: load,
    type: size(limits.socket.windowBytes),
    default: 'as the kernels adapt it',
    help: 'Set the send and receive buffers of both ends to SIZE, and so the TCP window (Linux)',
    conflicts: ['sim-sndbuf', 'sim-rcvbuf'],
  },
  {
    name: 'set-mss',
    aliases: ['M'],
    for: load,
    type: integer('BYTES', limits.socket.mssBytes),
    default: 'what the path takes',
    help: 'Send TCP segments of at most BYTES, both ways (Linux)',
  },
  {
    name: 'congestion',
    aliases: ['C', 'linux-congestion'],
    for: load,
    type: algorithm,
    default: "each kernel's own",
    help: 'Use the congestion control algorithm ALGO at both ends (Linux)',
  },
  {
    name: 'tos',
    aliases: ['S'],
    for: loadAndPing,
    type: tos,
    default: '0',
    help: 'Mark what both ends send with type of service N, as 40, 0x28 or 050 (Linux)',
    conflicts: ['dscp'],
  },
  {
    name: 'dscp',
    for: loadAndPing,
    type: dscp,
    help: 'Mark it with the code point N or NAME: af11 to af43, cs0 to cs7, ef, le (Linux)',
  },
  {
    name: 'connect-timeout',
    for: client,
    type: integer('MS', limits.connectTimeoutMs),
    default: String(defaults.connectTimeoutMs),
    help: 'Give up connecting after MS milliseconds',
  },
  {
    name: 'title',
    aliases: ['T'],
    for: loadAndPing,
    type: text('TEXT', limits.titleCharacters),
    help: 'Name the test TEXT in its output',
  },
  {
    name: 'extra-data',
    for: load,
    type: text('TEXT', limits.titleCharacters),
    help: 'Carry TEXT in the JSON output',
  },
  { name: 'get-server-output', for: load, help: "Print the server's own report too" },
  {
    name: 'legacy-token',
    for: remote,
    help: 'Send the token in the clear to a server of the original wperf; over wss with a checked certificate it is sent anyway',
    conflicts: ['no-legacy'],
  },
  {
    name: 'header',
    aliases: ['H'],
    for: remote,
    type: header,
    repeatable: true,
    help: 'Add a header to the request, for the proxies on the way; may be given again',
  },
  {
    name: 'cacert',
    for: remote,
    type: text('FILE'),
    default: 'the public authorities',
    help: 'Trust the certificate authorities in FILE (PEM) for wss',
    conflicts: ['insecure'],
  },
  { name: 'insecure', for: remote, help: 'Accept any certificate for wss' },
  {
    name: 'proxy',
    for: remote,
    type: proxyUrl,
    default: 'HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY of the environment',
    help: 'Connect through a proxy: http://, https://, socks5:// or socks5h://, with user:password@ if it asks',
  },
] as const satisfies readonly FlagRow[];
