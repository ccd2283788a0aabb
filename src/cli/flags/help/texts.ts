/** What help and the manual page both say beside the flags. */
import { defaults } from '../../../defaults/index.js';
import { exitCodes } from '../../../errors.js';

export const purpose = 'wperf measures the path between two hosts over WebSocket: throughput up, down and both ways.';

export const usages = [
  'wperf -s [flags]',
  'wperf -c HOST|URL [flags]',
  'wperf --loopback [flags]',
  'wperf --traceroute HOST [flags]',
  'wperf --from FILE --report FILE.html',
  'wperf --compare FILE FILE...',
];

export const units = 'Sizes are binary (1K is 1024 bytes), rates decimal (1K is 1000 bit/s).';

export const examples: readonly (readonly [command: string, what: string])[] = [
  ['wperf --loopback', 'try it here, alone'],
  ['wperf -s', `wait for clients on port ${defaults.port}`],
  ['wperf -c server.example', 'measure the way up'],
  ['wperf -c server.example -R -P 4 -t 30', 'the way down, four streams, thirty seconds'],
  ['wperf -c wss://server.example/wperf --bidir', 'both ways, through TLS on port 443'],
  ['wperf -c server.example -b 10M -J', '10 Mbit/s on the stream, result as JSON'],
  ['wperf -c server.example --report line.html', 'a page to look at beside the text'],
  ['wperf --traceroute server.example', 'the route there, with countries and networks'],
  ['wperf -c server.example --reverse-traceroute', 'the route back, traced by the server'],
];

const exitMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  success: 'The test ran to its end, or the server was stopped.',
  usage: 'The command line or the configuration file is wrong.',
  connect: 'No connection: name, network, TLS, proxy, time-out.',
  refused: 'The server refused: token or login, version, full or busy, or it is no server of the kind asked for.',
  test: 'The test failed midway: the peer was lost or stopped, or broke the protocol.',
  local:
    'This machine: port in use, file not readable, too few open files allowed, no local port left, a socket option or a way of tracing that cannot be had.',
  notReached: 'With --tr-require-target: a route does not reach its target.',
  tooSlow: 'With --fail-below: a direction had a lower rate, or its rate is missing.',
  tooLate: 'With --fail-above-latency: the loaded latency was higher, or is missing.',
  tooLossy: 'With --fail-above-loss: a direction lost more packets, or its loss is missing.',
  interrupted: 'Interrupted; the results so far were printed.',
};

/** Each exit code with what it means. */
export const exits: readonly (readonly [code: string, what: string])[] = Object.entries(exitMeanings).map(
  ([name, what]) => [String(exitCodes[name as keyof typeof exitCodes]), what],
);

export const environment: readonly (readonly [name: string, what: string])[] = [
  ['WPERF_TOKEN', 'The token where neither --token nor --token-file gives one.'],
  ['WPERF_GEOIP_DB', 'Files and folders with .mmdb data, separated as in PATH, looked at after those of --geoip-db.'],
  [
    'HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY',
    'The proxy to connect through where --proxy names none, as curl reads them.',
  ],
  ['IPERF3_PASSWORD', 'The password of --username.'],
  ['NO_COLOR', 'Not empty: print without colors.'],
  ['TERM', 'With dumb there is no live line and no color.'],
  ['XDG_CONFIG_HOME', 'The folder that holds wperf/config.json; without it, ~/.config.'],
  ['LISTEN_FDS, LISTEN_PID', 'A socket that systemd has opened for a server, in place of --port and --host.'],
  ['NODE_EXTRA_CA_CERTS', 'A file of certificate authorities that are trusted beside the public ones.'],
];
