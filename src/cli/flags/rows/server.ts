/** Of servers. */
import { limits, serverRate } from '../../../defaults/index.js';
import { transports } from '../values/transports.js';
import { cidrs, integer, rateLimit, text, urlPath } from '../values/types.js';
import { parseHost } from '../values/url.js';
import type { FlagRow } from './flag.js';
import { server } from './uses.js';

export const serverFlags = [
  {
    name: 'host',
    for: server,
    type: { placeholder: 'HOST', parse: parseHost },
    default: 'every address, IPv4 and IPv6',
    help: 'Listen on HOST only',
    elsewhere: 'name the server to connect to with -c',
  },
  {
    name: 'server-bitrate-limit',
    for: server,
    type: rateLimit,
    default: `none; over ${serverRate.seconds} s`,
    help: 'Allow each test RATE at most, all its streams and both directions together, on average over SECONDS',
  },
  {
    name: 'allow-proto',
    for: server,
    type: transports,
    default: 'all that there are',
    help: 'Offer only the protocols in LIST for load (--proto), as ws,tcp,udp',
  },
  {
    name: 'no-page',
    for: server,
    help: 'Serve no page that measures from a browser',
  },
  { name: 'one-off', aliases: ['1'], for: server, help: 'Serve one test, then exit' },
  {
    name: 'daemon',
    aliases: ['D'],
    for: server,
    help: 'Serve in the background; with --logfile, write the output there',
  },
  {
    name: 'tls-cert',
    for: server,
    type: text('FILE'),
    help: 'Speak wss with the certificate chain in FILE (PEM)',
    requires: ['tls-key'],
  },
  {
    name: 'tls-key',
    for: server,
    type: text('FILE'),
    help: 'The private key of --tls-cert (PEM)',
    requires: ['tls-cert'],
  },
  {
    name: 'trust-proxy',
    for: server,
    type: cidrs,
    repeatable: true,
    default: 'none',
    help: 'Believe proxies in these networks about whom they speak for: PROXY protocol, Forwarded, X-Forwarded-For',
  },
  {
    name: 'path',
    for: server,
    type: urlPath,
    default: 'any',
    help: 'Serve tests on PATH of the URL only',
    elsewhere: 'write the path into the URL of -c',
  },
  {
    name: 'iperf3-port',
    for: server,
    type: integer('PORT', { min: 1, max: limits.port.max }),
    default: 'the port of the server alone',
    help: 'Serve clients of iperf3 on PORT too, TCP and UDP; theirs is 5201',
    conflicts: ['no-iperf3'],
  },
  {
    name: 'iperf3-one-at-a-time',
    for: server,
    help: 'Tell clients of iperf3 that the server is busy while a test of theirs runs, as iperf3 does',
    conflicts: ['no-iperf3'],
  },
  {
    name: 'iperf3-users',
    for: server,
    type: text('FILE'),
    help: 'Have clients of iperf3 log in, as a user in FILE: lines of name,SHA-256 of {name}password',
    requires: ['iperf3-private-key'],
    conflicts: ['no-iperf3'],
  },
  {
    name: 'iperf3-private-key',
    for: server,
    type: text('FILE'),
    help: 'The RSA key (PEM) under whose public part clients of iperf3 log in',
    requires: ['iperf3-users'],
    conflicts: ['no-iperf3'],
  },
  {
    name: 'iperf3-open',
    for: server,
    help: 'Let clients of iperf3 in without the token that others need',
    conflicts: ['no-iperf3'],
  },
  {
    name: 'no-iperf3',
    for: server,
    help: 'Refuse clients of iperf3',
  },
] as const satisfies readonly FlagRow[];
