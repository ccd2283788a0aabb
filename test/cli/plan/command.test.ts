import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flagsByWord } from '../../../src/cli/flags/table.js';
import { parseCommand } from '../../../src/cli/plan/command.js';
import type { Surroundings } from '../../../src/cli/plan/surroundings.js';
import { type ErrorCode, WperfError } from '../../../src/errors.js';
import { anyText } from '../../support/any-text.js';

const files: Readonly<Record<string, string>> = {
  token: 'from a file\n',
  'token.crlf': 'from a file\r\n',
  'token.bare': 'from a file',
  'token.bom': '\uFEFFfrom a file\r\n',
  'token.utf16': '\uFFFD\uFFFDs\0e\0c\0',
  'token.empty': '\n',
  'token.lines': 'one\ntwo\n',
  'token.long': 'x'.repeat(1025),
  ca: '-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n',
  cert: '-----BEGIN CERTIFICATE-----\nMIJ=\n-----END CERTIFICATE-----\n',
  key: '-----BEGIN EC PRIVATE KEY-----\nMHc=\n-----END EC PRIVATE KEY-----\n',
};
const failures: Readonly<Record<string, string>> = { secret: 'EACCES', folder: 'EISDIR', broken: 'EIO' };

function surroundings(env: Record<string, string> = {}, proxy?: string): Surroundings {
  return {
    env,
    readFile(path) {
      const text = files[path];
      if (text !== undefined) return text;
      const code = failures[path] ?? 'ENOENT';
      throw Object.assign(new Error(`${code}: input/output error`), { code });
    },
    proxyFor: () => proxy,
  };
}

function parse(line: string | readonly string[], outside = surroundings()) {
  return parseCommand(typeof line === 'string' ? line.split(' ').filter((word) => word !== '') : line, outside);
}

const test = {
  mode: 'throughput',
  direction: 'up',
  streams: 1,
  seconds: 10,
  omitSeconds: 0,
  blockBytes: 65_536,
  bitsPerSecond: 0,
  intervalSeconds: 1,
  connectTimeoutMs: 10_000,
  headers: [],
  insecure: false,
  getServerOutput: false,
  latency: true,
};
const datagram = { mode: 'datagram', blockBytes: 1400, bitsPerSecond: 1_000_000, latency: false };
const target = { host: 'h', port: 8765, secure: false, path: '/' };
const secureTarget = { host: 'h', port: 443, secure: true, path: '/' };
const output = { format: 'text', timestamps: false, verbose: false, color: true };
const server = { port: 8765, oneOff: false };

describe('the commands without a test', () => {
  it.each([
    ['', { command: 'usage' }],
    ['-R -J', { command: 'usage' }],
    ['-h', { command: 'help', topic: 'modes' }],
    ['--help', { command: 'help', topic: 'modes' }],
    ['-s -c h --help', { command: 'help', topic: 'modes' }],
    ['--help --json', { command: 'help', topic: 'modes' }],
    ['--help all', { command: 'help', topic: 'all' }],
    ['-h client', { command: 'help', topic: 'client' }],
    ['--help=server', { command: 'help', topic: 'server' }],
    ['--completion zsh', { command: 'completion', shell: 'zsh' }],
    ['-v', { command: 'version', verbose: false }],
    ['--version -V', { command: 'version', verbose: true }],
    ['-vV', { command: 'version', verbose: true }],
  ])('%j', (line, expected) => expect(parse(line)).toEqual(expected));
});

describe('a client', () => {
  it.each<[string, object]>([
    ['-c h', {}],
    ['--client h', {}],
    ['--client=h', {}],
    ['-ch', {}],
    ['-c=h', {}],
    ['-c h -R', { direction: 'down' }],
    ['-R -c h', { direction: 'down' }],
    ['-Rc h', { direction: 'down' }],
    ['-c h --reverse --reverse', { direction: 'down' }],
    ['-c h --bidir', { direction: 'bidir' }],
    ['-c h -p 5201', { target: { ...target, port: 5201 } }],
    ['-c h -p5201', { target: { ...target, port: 5201 } }],
    ['-c h:1 --port=5201', { target: { ...target, port: 5201 } }],
    ['-c h:5201', { target: { ...target, port: 5201 } }],
    ['-c wss://h', { target: secureTarget }],
    ['-c wss://h/x -p 8443', { target: { ...secureTarget, port: 8443, path: '/x' } }],
    ['-c ::1', { target: { ...target, host: '::1' } }],
    ['-c h -t 0.5', { seconds: 0.5 }],
    ['-c h -t 86400', { seconds: 86_400 }],
    ['-c h -n 10M', { bytes: 10_485_760, seconds: 86_400, untimed: true }],
    ['-c h -n10M', { bytes: 10_485_760, seconds: 86_400, untimed: true }],
    ['-c h -n 8191T', { bytes: 9_006_099_743_113_216, seconds: 86_400, untimed: true }],
    ['-c h -k 127T -l 64', { bytes: 127 * 2 ** 46, blockBytes: 64, seconds: 86_400, untimed: true }],
    ['-c h -t 5 -n 1', { seconds: 5, bytes: 1 }],
    ['-c h -t 0', { seconds: 86_400, untimed: true }],
    ['-c h -n 1.8M', { bytes: 1_887_437, seconds: 86_400, untimed: true }],
    ['-c h -l 1.5K', { blockBytes: 1536 }],
    ['-c h -l 1.1K', { blockBytes: 1126 }],
    ['-c h -k 10', { bytes: 655_360, seconds: 86_400, untimed: true }],
    ['-c h --blockcount 1K -l 2K -t 5', { bytes: 2_097_152, blockBytes: 2048, seconds: 5 }],
    ['-c h -u -k 3', { ...datagram, bytes: 4200, seconds: 86_400, untimed: true }],
    ['-c h --rcv-timeout 20000', { silenceSeconds: 20 }],
    ['-c h -t 5 -n 1M --sim-loss 1', { bytes: 1_048_576, seconds: 5, simulation: { lossPercent: 1 } }],
    ['-c h -i 0', { intervalSeconds: 0 }],
    ['-c h -i 0.1', { intervalSeconds: 0.1 }],
    ['-c h --interval 60', { intervalSeconds: 60 }],
    ['-c h -P 128', { streams: 128 }],
    ['-c h -P4', { streams: 4 }],
    ['-c h -l 1K', { blockBytes: 1024 }],
    ['-c h -l 1048576', { blockBytes: 1_048_576 }],
    ['-c h -O 2.5', { omitSeconds: 2.5 }],
    ['-c h -b 10M', { bitsPerSecond: 10_000_000 }],
    ['-c h -u', datagram],
    ['-c h --udp -b 10M -l 64', { ...datagram, bitsPerSecond: 10_000_000, blockBytes: 64 }],
    ['-c h -u -b 0 -l 65507', { ...datagram, bitsPerSecond: 0, blockBytes: 65_507 }],
    ['-c h -b10M', { bitsPerSecond: 10_000_000 }],
    ['-c h -b 10', { bitsPerSecond: 10_000_000 }],
    ['-c h --bitrate 0', { bitsPerSecond: 0 }],
    ['-c h --bandwidth 1.5', { bitsPerSecond: 1_500_000 }],
    ['-c h --bandwidth=64k', { bitsPerSecond: 64_000 }],
    ['-c h -4', { family: 4 }],
    ['-c h -6', { family: 6 }],
    ['-c h -B 192.0.2.1', { bind: '192.0.2.1' }],
    ['-c h -B [2001:db8::1]', { bind: '2001:db8::1' }],
    ['-c 192.0.2.7 -4 -B 192.0.2.1', { target: { ...target, host: '192.0.2.7' }, family: 4, bind: '192.0.2.1' }],
    ['-c h --connect-timeout 500', { connectTimeoutMs: 500 }],
    ['-c h -T lab', { title: 'lab' }],
    ['-c h --title=-lab', { title: '-lab' }],
    ['-c h -T=-lab', { title: '-lab' }],
    [`-c h --title='lab'`, { title: `'lab'` }],
    ['-c h -T true', { title: 'true' }],
    ['-c h -T a=b', { title: 'a=b' }],
    ['-c h --title a=b=c', { title: 'a=b=c' }],
    ['-c h --get-server-output', { getServerOutput: true }],
    ['-c h --rx-copy', { rxCopy: true }],
    ['-c h --no-latency', { latency: false }],
    ['-c h --no-legacy', { noLegacy: true }],
    ['-c h --token s3cret --legacy-token', { token: 's3cret', legacyToken: true }],
    ['-c h --sim-latency 50', { simulation: { latencyMs: 50 } }],
    [
      '-c h --sim-latency 0.5 --sim-jitter 5 --sim-loss 1.5 --sim-seed 7',
      { simulation: { latencyMs: 0.5, jitterMs: 5, lossPercent: 1.5, seed: 7 } },
    ],
    [
      '-c h --sim-mtu 1K --sim-sndbuf 64K --sim-rcvbuf 1M --sim-tcp-nodelay',
      { simulation: { mtuBytes: 1024, sndbufBytes: 65_536, rcvbufBytes: 1_048_576, noDelay: true } },
    ],
    ['-c h -n 1M --sim-loss 0', { bytes: 1_048_576, seconds: 86_400, untimed: true, simulation: { lossPercent: 0 } }],
    ['-c h --token s3cret', { token: 's3cret' }],
    ['-c h --token=-s3cret', { token: '-s3cret' }],
    ['-c h --token -5', { token: '-5' }],
    ['-c h --token="s3cret"', { token: '"s3cret"' }],
    ['-c h --token-file token', { token: 'from a file' }],
    ['-c h --token-file token.crlf', { token: 'from a file' }],
    ['-c h --token-file token.bare', { token: 'from a file' }],
    ['-c h --token-file token.bom', { token: 'from a file' }],
    ['-c wss://h --cacert ca', { target: secureTarget, ca: files.ca }],
    ['-c wss://h --insecure', { target: secureTarget, insecure: true }],
    ['-c h --proxy http://p:3128', { proxy: 'http://p:3128/' }],
    ['-c h --proxy socks://p', { proxy: 'socks5h://p' }],
    ['-c ::1 -4 --proxy http://p:3128', { target: { ...target, host: '::1' }, family: 4, proxy: 'http://p:3128/' }],
    ['-c h -H A:b', { headers: [['A', 'b']] }],
    [
      '-c h -H A:b --header C:d -HA:e',
      {
        headers: [
          ['A', 'b'],
          ['C', 'd'],
          ['A', 'e'],
        ],
      },
    ],
  ])('%s', (line, expected) => {
    expect(parse(line)).toEqual({ command: 'client', plan: { ...test, target, ...expected }, output });
  });

  it('carries its own words in JSON', () => {
    expect(parse('-c h -J --extra-data {"site":7}')).toEqual({
      ...{ command: 'client', output: { ...output, format: 'json' } },
      plan: { ...test, target, extraData: '{"site":7}' },
    });
  });

  it.each<[string, string, string]>([
    ['Name: value', 'Name', 'value'],
    ['Name:\t a: b \t', 'Name', 'a: b'],
    ['X-Empty:', 'X-Empty', ''],
    ["!#$%&'*+-.^_`|~09az: ü", "!#$%&'*+-.^_`|~09az", 'ü'],
    ['Host: other.example', 'Host', 'other.example'],
  ])('with the header %j', (header, name, value) => {
    expect(parse(['-c', 'h', '-H', header])).toMatchObject({ plan: { headers: [[name, value]] } });
  });

  it.each<[string, Record<string, string>, object]>([
    ['-c h', { WPERF_TOKEN: 'env' }, { token: 'env' }],
    ['-c h --token flag', { WPERF_TOKEN: 'env' }, { token: 'flag' }],
    ['-c h --token-file token', { WPERF_TOKEN: 'env' }, { token: 'from a file' }],
    ['-c h --token flag', { WPERF_TOKEN: '' }, { token: 'flag' }],
  ])('%s with %j', (line, env, expected) => {
    expect(parse(line, surroundings(env))).toMatchObject({ plan: expected });
  });

  it('takes the proxy of the environment, and --proxy before it', () => {
    const outside = surroundings({}, 'socks://env:1080');
    expect(parse('-c h', outside)).toMatchObject({ plan: { proxy: 'socks5h://env:1080' } });
    expect(parse('-c h --proxy http://flag:1', outside)).toMatchObject({ plan: { proxy: 'http://flag:1/' } });
  });
});

describe('--reverse-traceroute and --both-traceroutes', () => {
  const geoip = { env: {} };
  const trace = {
    ...{ protocol: 'auto', maxHops: 30, firstHop: 1, queries: 3, timeoutSeconds: 1, names: true, serial: false },
  };
  const base = { connectTimeoutMs: 10_000, headers: [], insecure: false };

  it.each([
    ['-c h --reverse-traceroute', {}],
    ['--reverse-traceroute -c h --tr-max-hops 12 --tr-first-hop 3', { maxHops: 12, firstHop: 3 }],
    [
      '-c h --reverse-traceroute --tr-queries 1 --tr-timeout 0.5 --tr-serial',
      { queries: 1, timeoutSeconds: 0.5, serial: true },
    ],
    ['-c h --reverse-traceroute --tr-proto inband --tr-no-dns', { protocol: 'inband', queries: 1, names: false }],
    ['-c h --reverse-traceroute --tr-proto inband --tr-queries 2', { protocol: 'inband', queries: 2 }],
  ])('%s', (line, expected) => {
    const plan = { ...base, target, trace: { ...trace, ...expected } };
    expect(parse(line)).toEqual({ command: 'route-back', plan, both: false, geoip, output });
  });

  it('may need the target', () => {
    const expected = { command: 'route-back', requireTarget: true };
    expect(parse('-c h --reverse-traceroute --tr-require-target')).toMatchObject(expected);
    expect(parse('--traceroute h --tr-require-target')).toMatchObject({ command: 'traceroute', requireTarget: true });
  });

  it('shows both ways, and those of this machine', () => {
    const plan = { ...base, trace };
    expect(parse('-c h --both-traceroutes')).toMatchObject({ command: 'route-back', both: true, plan: { trace } });
    const expected = {
      command: 'route-back',
      plan: { ...plan, target: 'loopback' },
      both: true,
      geoip: undefined,
      output,
    };
    expect(parse('--loopback --both-traceroutes --no-geoip')).toEqual(expected);
  });

  it.each([
    ['-c h --reverse-traceroute -R', '--reverse-traceroute and -R/--reverse exclude each other: give one of them'],
    ['-c h --reverse-traceroute --ping', '--ping and --reverse-traceroute exclude each other: give one of them'],
    ['-c h --both-traceroutes --bidir', '--both-traceroutes and --bidir exclude each other: give one of them'],
    ['-c h --both-traceroutes -t 5', '--both-traceroutes and -t/--time exclude each other: give one of them'],
    ['-c h --reverse-traceroute -n 1M', '--reverse-traceroute and -n/--bytes exclude each other: give one of them'],
    [
      '-c h --reverse-traceroute --both-traceroutes',
      '--reverse-traceroute and --both-traceroutes exclude each other: give one of them',
    ],
    ['-c h --reverse-traceroute --tr-port 80', '--tr-port is a traceroute flag: use it with --traceroute'],
    [
      '-c h --tr-serial',
      '--tr-serial is a traceroute flag: use it with --traceroute, or with -c and --reverse-traceroute',
    ],
    [
      '-c h --no-geoip',
      '--no-geoip is a server and traceroute flag: use it with -s or --traceroute, or with -c and --reverse-traceroute',
    ],
    ['-c h --ping --tr-serial', '--ping and --tr-serial exclude each other: give one of them'],
    ['-s --reverse-traceroute', '--reverse-traceroute is a client flag: use it with -c or --loopback'],
    [
      '-c h --reverse-traceroute --tr-max-hops 3 --tr-first-hop 5',
      "--tr-first-hop '5' is out of range: give 1 to 3, as --tr-max-hops says",
    ],
    ['-c h --tr-hide-private', '--tr-hide-private is a server flag: use it with -s'],
    ['-s --tr-max-concurrent 0', "--tr-max-concurrent '0' is out of range: give 1 to 64"],
    [
      '-s --no-reverse-traceroute --tr-cache 5',
      '--no-reverse-traceroute and --tr-cache exclude each other: give one of them',
    ],
    [
      '-s --tr-auth-only',
      '--tr-auth-only needs a token that clients can prove: give --token-file, --token or WPERF_TOKEN',
    ],
  ])('%s is refused', (line, expected) => expect(failure(line)).toEqual({ code: 'usage', line: expected }));
});

describe('--ping', () => {
  const ping = { count: 10, intervalSeconds: 1, connectTimeoutMs: 10_000, headers: [], insecure: false };

  it.each<[string, object]>([
    ['-c h --ping', {}],
    ['--ping -c h -i 0.25 --ping-count 3', { intervalSeconds: 0.25, count: 3 }],
    ['-c h --ping -i 0', { intervalSeconds: 0 }],
    [
      '-c wss://h --ping --insecure --token s -T night',
      { target: secureTarget, insecure: true, token: 's', title: 'night' },
    ],
    ['-c h --ping -4 --proxy http://p:1', { family: 4, proxy: 'http://p:1/' }],
  ])('%s', (line, expected) => {
    expect(parse(line)).toEqual({ command: 'ping', plan: { ...ping, target, ...expected }, output });
  });

  it('pings this machine', () => {
    const plan = { ...ping, count: 2, target: 'loopback' };
    expect(parse('--loopback --ping --ping-count 2')).toEqual({ command: 'ping', plan, output });
  });

  it.each([
    ['-c h --ping -R', '--ping and -R/--reverse exclude each other: give one of them'],
    ['-c h --ping --bidir', '--ping and --bidir exclude each other: give one of them'],
    ['-c h --ping -n 1', '--ping and -n/--bytes exclude each other: give one of them'],
    ['-c h --ping -t 1', '--ping and -t/--time exclude each other: give one of them'],
    ['-c h --ping --no-latency', '--ping and --no-latency exclude each other: give one of them'],
    ['-c h --ping-count 3', '--ping-count needs --ping: give both'],
    ['-c h --ping --ping-count 0', "--ping-count '0' is out of range: give 1 to 1000000"],
    ['-s --ping', '--ping is a client flag: use it with -c or --loopback'],
  ])('%s', (line, expected) => expect(failure(line)).toEqual({ code: 'usage', line: expected }));
});

describe('--loopback', () => {
  it.each<[string, object]>([
    ['--loopback', {}],
    ['--loopback -R -P 4 -t 3', { direction: 'down', streams: 4, seconds: 3 }],
    ['--loopback --token s3cret -b 5 -6', { token: 's3cret', bitsPerSecond: 5_000_000, family: 6 }],
  ])('%s', (line, expected) => {
    const plan = { ...test, target: 'loopback', ...expected };
    expect(parse(line, surroundings({}, 'http://env:3128'))).toEqual({ command: 'client', plan, output });
  });
});

describe('a server', () => {
  it.each<[string, object]>([
    ['-s', {}],
    ['--server', {}],
    ['-s -p 0', { port: 0 }],
    ['-s -p 65535', { port: 65_535 }],
    ['-s1', { oneOff: true }],
    ['-s --one-off', { oneOff: true }],
    ['-s --no-legacy', { noLegacy: true }],
    ['-s --no-page', { noPage: true }],
    ['-s --host 127.0.0.1', { host: '127.0.0.1' }],
    ['-s --host ::', { host: '::' }],
    ['-s --host [::1]', { host: '::1' }],
    ['-s --host localhost', { host: 'localhost' }],
    ['-s --path /wperf', { path: '/wperf' }],
    ['-s --path /', { path: '/' }],
    ['-s --trust-proxy 127.0.0.1', { trustProxy: [{ address: '127.0.0.1', prefix: 32 }] }],
    [
      '-s --trust-proxy 10.0.0.0/8,::1 --trust-proxy 2001:db8::/32',
      {
        trustProxy: [
          { address: '10.0.0.0', prefix: 8 },
          { address: '::1', prefix: 128 },
          { address: '2001:db8::', prefix: 32 },
        ],
      },
    ],
    ['-s -t 30 -n 1G', { seconds: 30, bytes: 1_073_741_824 }],
    ['-s -t 0', { untimed: true }],
    ['-s --server-bitrate-limit 100M', { rate: { bitsPerSecond: 100e6, seconds: 5 } }],
    ['-s --server-bitrate-limit 1.5G/0.5', { rate: { bitsPerSecond: 1.5e9, seconds: 0.5 } }],
    ['-s --rcv-timeout 30000', { silenceSeconds: 30 }],
    ['-s --token s3cret', { token: 's3cret' }],
    ['-s --tls-cert cert --tls-key key', { tls: { cert: files.cert, key: files.key } }],
    ['-s --no-reverse-traceroute', { traces: { offered: false } }],
    [
      '-s --token s3cret --tr-auth-only --tr-behind-proxy --trust-proxy 127.0.0.1',
      {
        token: 's3cret',
        traces: { authOnly: true, behindProxy: true },
        trustProxy: [{ address: '127.0.0.1', prefix: 32 }],
      },
    ],
    [
      '-s --tr-max-concurrent 8 --tr-cache 0 --tr-max-packets 90 --tr-packets-per-minute 900 --tr-max-seconds 20',
      { traces: { concurrent: 8, cacheSeconds: 0, packets: 90, packetsPerMinute: 900, seconds: 20 } },
    ],
    ['-s --tr-hide-hops 2 --tr-hide-private', { traces: { hideHops: 2, hidePrivate: true } }],
  ])('%s', (line, expected) => {
    const plan = { ...server, ...expected };
    expect(parse(line)).toEqual({ command: 'server', plan, intervalSeconds: 1, geoip: { env: {} }, output });
  });

  it('has a report interval', () =>
    expect(parse('-s -i 5')).toMatchObject({ intervalSeconds: 5, plan: { intervalSeconds: 5 } }));

  it('takes no proxy from the environment', () => {
    expect(parse('-s', surroundings({}, 'http://env:3128'))).toMatchObject({ plan: server });
  });
});

describe('the output', () => {
  it.each<[string, object]>([
    ['-J', { format: 'json' }],
    ['--json', { format: 'json' }],
    ['--json-stream', { format: 'json-stream' }],
    ['-f g', { unit: 'g' }],
    ['--format k', { unit: 'k' }],
    ['--logfile out.log', { logfile: 'out.log' }],
    ['--timestamps', { timestamps: true }],
    ['-V', { verbose: true }],
    ['--no-color', { color: false }],
  ])('%s', (line, expected) => {
    for (const mode of ['-s', '-c h', '--loopback']) {
      expect(parse(`${mode} ${line}`)).toMatchObject({ output: { ...output, ...expected } });
    }
  });

  it.each([
    ['1', false],
    ['', true],
  ])('with NO_COLOR=%j has color: %j', (NO_COLOR, color) => {
    expect(parse('-s', surroundings({ NO_COLOR }))).toMatchObject({ output: { color } });
  });
});

describe('bad input', () => {
  it.each<[string, string]>([
    // Words that are no flags.
    ['-c h --revers', "'--revers' is not a flag: did you mean --reverse?"],
    ['-c h --rev', "'--rev' is not a flag: did you mean --reverse?"],
    ['-c h --paralel 4', "'--paralel' is not a flag: did you mean --parallel?"],
    ['-c h --bandwith=4', "'--bandwith' is not a flag: did you mean --bandwidth?"],
    ['-c h --JSON', "'--JSON' is not a flag: did you mean --json?"],
    ['-c h --tokn=s3cret', "'--tokn' is not a flag: did you mean --token?"],
    ['-c h -reverse', "'-reverse' is not a flag: did you mean --reverse?"],
    ['-c h -port 5', "'-port' is not a flag: did you mean --port?"],
    ['-c h -r', "'-r' is not a flag: did you mean -R?"],
    ['-c h -j', "'-j' is not a flag: did you mean -J?"],
    ['-c h -x', "'-x' is not a flag: wperf --help all lists the flags"],
    ['-c h -Rq', "'-Rq' is not a flag: wperf --help all lists the flags"],
    ['-c h --quantum', "'--quantum' is not a flag: wperf --help all lists the flags"],
    ['-c h --__proto__ x', "'--__proto__' is not a flag: wperf --help all lists the flags"],
    ['-c h --constructor', "'--constructor' is not a flag: wperf --help all lists the flags"],
    ['-c h --no-reverse', "'--no-reverse' is not a flag: did you mean --no-reverse-traceroute?"],
    ['-c h --tokenFile x', "'--tokenFile' is not a flag: did you mean --token-file?"],
    ['-c h --=x', "'--' is not a flag: wperf --help all lists the flags"],
    ['-c h --get-yargs-completions', "'--get-yargs-completions' is not a flag: wperf --help all lists the flags"],
    [`-c h --${'q'.repeat(70)}`, `'--${'q'.repeat(55)}...' is not a flag: wperf --help all lists the flags`],
    ['h', "'h' belongs to no flag: write each value after its flag, as in -c HOST"],
    ['-c h 5201', "'5201' belongs to no flag: write each value after its flag, as in -c HOST"],
    ['-c h -R false', "'false' belongs to no flag: write each value after its flag, as in -c HOST"],
    ['-c h -- -R', "'-R' belongs to no flag: write each value after its flag, as in -c HOST"],
    ['-c h -5', "'-5' belongs to no flag: write each value after its flag, as in -c HOST"],
    ['-c h -', "'-' belongs to no flag: write each value after its flag, as in -c HOST"],
    // Values missing, unwanted or repeated.
    ['-c', '-c/--client needs a value: give HOST|URL'],
    ['-c -R', '-c/--client needs a value: give HOST|URL'],
    ['-c h -t', '-t/--time needs a value: give SECONDS'],
    ['-c h --time=', '-t/--time needs a value: give SECONDS'],
    ['-c h -t --', '-t/--time needs a value: give SECONDS, written --time=... when it begins with -'],
    ['-c h --token --json', '--token needs a value: give SECRET'],
    ['-c h --token -abc', '--token needs a value: give SECRET, written --token=... when it begins with -'],
    ['-c h -T -', '-T/--title needs a value: give TEXT, written --title=... when it begins with -'],
    ['-c h --reverse=5', "-R/--reverse takes no value: leave out '5'"],
    ['-c h --json=false', "-J/--json takes no value: leave out 'false'"],
    ['-c h -R=', "-R/--reverse takes no value: leave out ''"],
    ['-c h -t 5 --time 6', '-t/--time is given 2 times: give it once'],
    ['-c a -c b -c c', '-c/--client is given 3 times: give it once'],
    ['-c h -b 1 --bandwidth 1', '-b/--bitrate is given 2 times: give it once'],
    // Values that break their rule.
    ['-c h -t ten', "-t/--time 'ten' is not a number of seconds: write e.g. 10 or 0.5"],
    ['-c h -t -5', "-t/--time '-5' is not a number of seconds: write e.g. 10 or 0.5"],
    ['-c h -t 0.05', "-t/--time '0.05' is out of range: give 0.1 to 86400, or 0 until interrupted"],
    ['-c h -t 86401', "-t/--time '86401' is out of range: give 0.1 to 86400, or 0 until interrupted"],
    ['-c h --rcv-timeout 4000', "--rcv-timeout '4000' is out of range: give 5000 to 3600000"],
    ['-c h -k 0', "-k/--blockcount '0' is out of range: give 1 to 8191T"],
    ['-c h -k 8192T', "-k/--blockcount '8192T' is out of range: give 1 to 8191T"],
    ['-c h -k 127T', "-k/--blockcount '127T' is out of range: give 1 to 137438953471 blocks of 64K"],
    ['-c h -n 2 -P 3', "-n/--bytes '2' is out of range: give 3 to 8191T, a byte for each stream"],
    ['-c h -n 1 -k 1', '-n/--bytes and -k/--blockcount exclude each other: give one of them'],
    ['-c h -O 1 -k 1', '-O/--omit and -k/--blockcount exclude each other: give one of them'],
    ['-c h -D', '-D/--daemon is a server flag: use it with -s'],
    ['-c h -i 0.05', "-i/--interval '0.05' is out of range: give 0.1 to 60, or 0 for none"],
    ['-c h -i 61', "-i/--interval '61' is out of range: give 0.1 to 60, or 0 for none"],
    ['-c h -O 601', "-O/--omit '601' is out of range: give 0 to 600"],
    ['-c h -P 0', "-P/--parallel '0' is out of range: give 1 to 128"],
    ['-c h -P 129', "-P/--parallel '129' is out of range: give 1 to 128"],
    ['-c h -P 1.5', "-P/--parallel '1.5' is not a whole number: write decimal digits only"],
    ['-c h -l 63', "-l/--length '63' is out of range: give 64 to 1M"],
    ['-c h -l 2M', "-l/--length '2M' is out of range: give 64 to 1M"],
    ['-c h -u -l 63', "-l/--length '63' is out of range: give 64 to 65507 for packets"],
    ['-c h --proto udp -l 16', "-l/--length '16' is out of range: give 64 to 65507 for packets"],
    ['-c h --iperf3 -l 0', "-l/--length '0' is out of range: give 1 to 1M"],
    ['-c h --iperf3 -l 2M', "-l/--length '2M' is out of range: give 1 to 1M"],
    ['-c h --iperf3 -u -l 15', "-l/--length '15' is out of range: give 16 to 65507 for packets"],
    ['-c h -l 99999999T', "-l/--length '99999999T' is out of range: give 64 to 1M"],
    ['-c h -u -l 65508', "-l/--length '65508' is out of range: give 64 to 65507 for packets"],
    ['-c h --proto udp -l 65508', "-l/--length '65508' is out of range: give 64 to 65507 for packets"],
    ['-c h -u --ping', '--ping and -u/--udp exclude each other: give one of them'],
    ['-c h -l 64X', "-l/--length '64X' is not a size: write bytes, or a number with K, M, G or T, such as 64K"],
    ['-c h -n 0', "-n/--bytes '0' is out of range: give 1 to 8191T"],
    ['-c h -n 9999T', "-n/--bytes '9999T' is out of range: give 1 to 8191T"],
    ['-c h -n 0.3', "-n/--bytes '0.3' is less than one byte: write whole bytes, or a larger unit"],
    [
      '-c h -b fast',
      "-b/--bitrate 'fast' is not a rate: write Mbit/s, or a number with K, M, G or T, such as 10M; 0 is unlimited",
    ],
    ['-c h -b 2T', "-b/--bitrate '2T' is out of range: give 0 to 1T"],
    [
      '-c h -b 1e-9',
      "-b/--bitrate '1e-9' is not a rate: write Mbit/s, or a number with K, M, G or T, such as 10M; 0 is unlimited",
    ],
    [
      '-c h --fail-below 1e3',
      "--fail-below '1e3' is not a rate: write Mbit/s, or a number with K, M, G or T, such as 10M",
    ],
    ['-c h --fail-below 0.0000001', "--fail-below '0.0000001' is less than one bit a second: write a larger unit"],
    [
      '-s --server-bitrate-limit 0.0000001',
      "--server-bitrate-limit '0.0000001' is less than one bit a second: write a larger unit",
    ],
    ['-c h -b 0.0000001', "-b/--bitrate '0.0000001' is less than one bit a second: write 0 for no limit"],
    ['-c h -p 65536', "-p/--port '65536' is out of range: give 0 to 65535"],
    ['-c h -p 0', "-p/--port '0' is out of range: give the server's port, 1 to 65535"],
    ['-c h -p http', "-p/--port 'http' is not a whole number: write decimal digits only"],
    ['-c h -f b', "-f/--format 'b' is not a known value: give one of k, m, g, t"],
    ['-c h -f M', "-f/--format 'M' is not a known value: give one of k, m, g, t"],
    ['-c h --connect-timeout 0', "--connect-timeout '0' is out of range: give 1 to 3600000"],
    ['-c h -B eth0', "-B/--bind 'eth0' is not an IP address: give an address of this machine, such as 192.0.2.7"],
    [`-c h -T ${'t'.repeat(1025)}`, `-T/--title '${'t'.repeat(57)}...' has 1025 characters: give at most 1024`],
    [
      '-s --path wperf',
      "--path 'wperf' is not a path: begin it with / and percent-encode what a URL cannot hold, such as /wperf",
    ],
    [
      '-s --path /a?b',
      "--path '/a?b' is not a path: begin it with / and percent-encode what a URL cannot hold, such as /wperf",
    ],
    [
      '-s --host a/b',
      "--host 'a/b' is not a host name or address: write e.g. server.example, 192.0.2.7 or [2001:db8::7]",
    ],
    // Targets.
    ['-c http://h', "-c/--client 'http://h' is not a WebSocket URL: write ws:// instead of http://"],
    [
      '-c wss://me:pw@h/',
      "-c/--client 'wss://***@h/' has credentials: use --token, or --header 'Authorization: ...' for a reverse proxy",
    ],
    ['-c h:99999', "-c/--client 'h:99999' has a bad port: give a port of 1 to 65535"],
    // Headers.
    ['-c h -H nothing', "-H/--header 'nothing' is not a header: write 'Name: value'"],
    ['-c h -H :value', "-H/--header ': ...' is not a header: write 'Name: value'"],
    ['-c h -H Upgrade:x', "-H/--header 'Upgrade: ...' belongs to the handshake itself: leave it to wperf"],
    ['-c h -H connection:x', "-H/--header 'connection: ...' belongs to the handshake itself: leave it to wperf"],
    [
      '-c h -H Sec-WebSocket-Key:x',
      "-H/--header 'Sec-WebSocket-Key: ...' belongs to the handshake itself: leave it to wperf",
    ],
    ['-c h -H TE:x', "-H/--header 'TE: ...' belongs to the handshake itself: leave it to wperf"],
    [
      '-c h -H Proxy-Authorization:Basic',
      "-H/--header 'Proxy-Authorization: ...' is for a proxy and would reach the server: put credentials in --proxy http://user:password@host",
    ],
    // Proxies.
    ['-c h --proxy p:3128', "--proxy 'p:3128' is not a URL: write e.g. http://proxy.example:3128"],
    ['-c h --proxy http://', "--proxy 'http://' is not a URL: write e.g. http://proxy.example:3128"],
    ['-c h --proxy socks5://:1080', "--proxy 'socks5://:1080' is not a URL: write e.g. http://proxy.example:3128"],
    [
      '-c h --proxy ftp://p',
      "--proxy 'ftp://p' has a scheme that is not supported: use http, https, socks5 or socks5h",
    ],
    [
      '-c h --proxy socks4://p',
      "--proxy 'socks4://p' has a scheme that is not supported: use http, https, socks5 or socks5h",
    ],
    ['-c h --proxy http://p/path', "--proxy 'http://p/path' has more than a host and a port: end it after the port"],
    [
      '-c h --proxy http://me:50%@p',
      "--proxy 'http://***@p' has credentials that are not percent-encoded: write % as %25 and @ as %40",
    ],
    // Tokens.
    ['-c h --token-file token.utf16', '--token-file holds text that is not UTF-8 (UTF-16?): save the file as UTF-8'],
    ['-c h --token-file token.empty', '--token-file holds an empty token: put a secret there, or leave it out'],
    ['-c h --token-file token.lines', '--token-file holds more than one line: put the token on one line, alone'],
    ['-c h --token-file token.long', '--token-file holds a token of 1025 characters: use at most 1024'],
    [`-s --token ${'x'.repeat(1025)}`, '--token holds a token of 1025 characters: use at most 1024'],
    // Simulated conditions.
    ['-c h --sim-latency 3001', "--sim-latency '3001' is out of range: give 0 to 3000"],
    ['-c h --sim-latency much', "--sim-latency 'much' is not a number: write e.g. 10 or 0.5"],
    ['-c h --sim-jitter 1e3', "--sim-jitter '1e3' is not a number: write e.g. 10 or 0.5"],
    ['-c h --sim-loss 100.1', "--sim-loss '100.1' is out of range: give 0 to 100"],
    ['-c h --sim-mtu 1', "--sim-mtu '1' is out of range: give 64 to 1M"],
    ['-c h --sim-rcvbuf 2G', "--sim-rcvbuf '2G' is out of range: give 1K to 1G"],
    ['-c h --sim-seed 4294967296', "--sim-seed '4294967296' is out of range: give 0 to 4294967295"],
    ['-c h --sim-seed 1', '--sim-seed simulates nothing by itself: give --sim-loss, say'],
    ['-s --sim-latency 5', '--sim-latency is a client flag: use it with -c or --loopback'],
    ['--traceroute h --sim-loss 5', '--sim-loss is a client flag: use it with -c or --loopback'],
    [
      '-c h -n 1M --sim-loss 1',
      'with --sim-loss not all of -n/--bytes would arrive, and the test never end: use -t/--time, or packets (-u/--udp)',
    ],
    [
      '-c h --reverse-traceroute --sim-loss 5',
      '--reverse-traceroute and --sim-loss exclude each other: give one of them',
    ],
    // Flags that do not go together.
    ['-c h --traceroute h', '-c/--client and --traceroute exclude each other: give one of them'],
    ['--traceroute h -R', '-R/--reverse is a client flag: use it with -c or --loopback'],
    ['--traceroute h -t 5', '-t/--time is a client and server flag: use it with -c, --loopback or -s'],
    ['--traceroute h --tr-first-hop 31', "--tr-first-hop '31' is out of range: give 1 to 30, as --tr-max-hops says"],
    ['-c h --tr-port 80', '--tr-port is a traceroute flag: use it with --traceroute'],
    [
      '--traceroute h --tr-proto sctp',
      "--tr-proto 'sctp' is not a known value: give one of auto, udp, icmp, tcp, inband",
    ],
    ['--traceroute h --geoip-db x --no-geoip', '--geoip-db and --no-geoip exclude each other: give one of them'],
    ['--traceroute 192.0.2.1 -6', '-6 is for IPv6 and --traceroute for IPv4: choose one family'],
    [
      '-s --trust-proxy 10.0.0.0/33',
      "--trust-proxy '10.0.0.0/33' names no network: give addresses or networks, such as 127.0.0.1,10.0.0.0/8,2001:db8::/32",
    ],
    ['-s --server-bitrate-limit 0', "--server-bitrate-limit '0' is out of range: give 1K to 1T"],
    [
      '-s --server-bitrate-limit 500000/5',
      "--server-bitrate-limit '500000/5' is a bare number, which is Mbit/s: write 500K if it is bit/s",
    ],
    [
      '-c h --fail-below 50000000',
      "--fail-below '50000000' is a bare number, which is Mbit/s: write 50M if it is bit/s",
    ],
    ['-s --server-bitrate-limit 1M/', "--server-bitrate-limit '1M/' is not a number of seconds: write e.g. 10 or 0.5"],
    ['-s --server-bitrate-limit 1M/61', "--server-bitrate-limit '1M/61' is out of range: give 0.1 to 60"],
    ['-c h --server-bitrate-limit 1M', '--server-bitrate-limit is a server flag: use it with -s'],
    ['-s -c h', '-s/--server and -c/--client exclude each other: give one of them'],
    ['--loopback -s', '-s/--server and --loopback exclude each other: give one of them'],
    ['--loopback -c h', '-c/--client and --loopback exclude each other: give one of them'],
    ['-c h -R --bidir', '-R/--reverse and --bidir exclude each other: give one of them'],
    ['-R --bidir', '-R/--reverse and --bidir exclude each other: give one of them'],
    ['-c h -46', "'-46' belongs to no flag: write each value after its flag, as in -c HOST"],
    ['-c h --legacy-token --no-legacy', '--legacy-token and --no-legacy exclude each other: give one of them'],
    ['-c h -4 -6', '-4 and -6 exclude each other: give one of them'],
    ['-c h -J --json-stream', '-J/--json and --json-stream exclude each other: give one of them'],
    ['-c h --token a --token-file token', '--token and --token-file exclude each other: give one of them'],
    ['-c wss://h --insecure --cacert ca', '--cacert and --insecure exclude each other: give one of them'],
    ['--loopback -p 1', '--loopback and -p/--port exclude each other: give one of them'],
    ['--loopback --proxy http://p', '--loopback and --proxy exclude each other: give one of them'],
    ['--loopback --cacert ca', '--loopback and --cacert exclude each other: give one of them'],
    ['-s --tls-cert cert', '--tls-cert needs --tls-key: give both'],
    ['-s --tls-key key', '--tls-key needs --tls-cert: give both'],
    ['-s -R', '-R/--reverse is a client flag: use it with -c or --loopback'],
    ['-s -4', '-4 is a client and traceroute flag: serve IPv4 alone with --host 0.0.0.0'],
    ['-s -6', "-6 is a client and traceroute flag: set a server's address with --host; :: takes both families"],
    ['-s -B 192.0.2.1', "-B/--bind is a client flag: set a server's address with --host"],
    ['--traceroute h -B 192.0.2.1', '-B/--bind is a client flag: use it with -c or --loopback'],
    ['--traceroute h --host ::1', '--host is a server flag: use it with -s'],
    ['-c h -b 1000000', "-b/--bitrate '1000000' is a bare number, which is Mbit/s: write 1M if it is bit/s"],
    ['-c h -b 100000', "-b/--bitrate '100000' is a bare number, which is Mbit/s: write 100K if it is bit/s"],
    ['-c h -b 10M/5', "-b/--bitrate '10M/5' asks for bursts, and wperf sends evenly: give 10M"],
    ['-c h -b 1000000/5', "-b/--bitrate '1000000/5' is a bare number, which is Mbit/s: write 1M if it is bit/s"],
    ['-c h -b 2000000000000', "-b/--bitrate '2000000000000' is out of range: give 0 to 1T"],
    [`-c h -b ${'9'.repeat(40)}`, `-b/--bitrate '${'9'.repeat(40)}' is out of range: give 0 to 1T`],
    ['-c h -b 2T/5', "-b/--bitrate '2T/5' is out of range: give 0 to 1T"],
    [
      '-c h -k 1.5',
      "-k/--blockcount '1.5' is not a whole number: write a whole one, or with K, M, G or T, such as 1.5K",
    ],
    ['-s -P 4', '-P/--parallel is a client flag: use it with -c or --loopback'],
    ['-s -B ::1', "-B/--bind is a client flag: set a server's address with --host"],
    ['-c h -1', '-1/--one-off is a server flag: use it with -s'],
    ['--loopback --tls-key key', '--tls-key is a server flag: use it with -s'],
    ['-c h --host x', '--host is a server flag: name the server to connect to with -c'],
    ['-c h --path /x', '--path is a server flag: write the path into the URL of -c'],
    ['-c ::1 -4', '-4 is for IPv4 and -c/--client for IPv6: choose one family'],
    ['-c 192.0.2.7 -6', '-6 is for IPv6 and -c/--client for IPv4: choose one family'],
    ['-c h -6 -B 192.0.2.1', '-6 is for IPv6 and -B/--bind for IPv4: choose one family'],
    ['-c ::1 -B 192.0.2.1', '-B/--bind is for IPv4 and -c/--client for IPv6: choose one family'],
    ['-c h --cacert ca', '--cacert is for TLS, and ws://h:8765/ is without: write -c wss://...'],
    ['-c ws://h/x --insecure', '--insecure is for TLS, and ws://h:80/x is without: write -c wss://...'],
  ])('%s', (line, expected) => expect(failure(line)).toEqual({ code: 'usage', line: expected }));

  it.each<[string, string]>([
    ['a b: c', 'has a header name with a forbidden character: use letters, digits and hyphens before the colon'],
    ['X-é: c', 'has a header name with a forbidden character: use letters, digits and hyphens before the colon'],
    ['X: a\r\nY: b', 'has a character that no header may carry: use printable Latin-1 characters in one line'],
    ['X: a\n', 'has a character that no header may carry: use printable Latin-1 characters in one line'],
    ['X: a\0b', 'has a character that no header may carry: use printable Latin-1 characters in one line'],
    ['X: €', 'has a character that no header may carry: use printable Latin-1 characters in one line'],
  ])('the header %j', (header, expected) => {
    const shown = header.slice(0, header.indexOf(':'));
    expect(failure(['-c', 'h', '-H', header])).toEqual({
      code: 'usage',
      line: `-H/--header '${shown}: ...' ${expected}`,
    });
  });

  it.each<[string, string]>([
    ['-c h --token-file none', "--token-file 'none' cannot be read: no such file: name a file that you may read"],
    [
      '-c h --token-file secret',
      "--token-file 'secret' cannot be read: permission denied: name a file that you may read",
    ],
    [
      '-c wss://h --cacert folder',
      "--cacert 'folder' cannot be read: it is a directory: name a file that you may read",
    ],
    [
      '-c wss://h --cacert broken',
      "--cacert 'broken' cannot be read: EIO: input/output error: name a file that you may read",
    ],
    ['-c wss://h --cacert key', "--cacert 'key' holds no certificate: name a PEM file with a CERTIFICATE block"],
    [
      '-s --tls-cert none --tls-key key',
      "--tls-cert 'none' cannot be read: no such file: name a file that you may read",
    ],
    [
      '-s --tls-cert cert --tls-key none',
      "--tls-key 'none' cannot be read: no such file: name a file that you may read",
    ],
    [
      '-s --tls-cert cert --tls-key cert',
      "--tls-key 'cert' holds no private key: name a PEM file with a PRIVATE KEY block",
    ],
  ])('%s', (line, expected) => expect(failure(line)).toEqual({ code: 'file-failure', line: expected }));

  it('an empty token in the environment, never taken for none', () => {
    const line = 'WPERF_TOKEN holds an empty token: put a secret there, or leave it out';
    expect(failure('-s', surroundings({ WPERF_TOKEN: '' }))).toEqual({ code: 'usage', line });
  });

  it('a bad proxy in the environment, its password hidden', () => {
    const line =
      "the proxy of the environment 'ftp://***@p' has a scheme that is not supported: use http, https, socks5 or socks5h";
    expect(failure('-c h', surroundings({}, 'ftp://me:pw@p'))).toEqual({ code: 'usage', line });
  });

  it.each([
    [['--ping=a\nb'], "--ping takes no value: leave out 'a b'"],
    [['-J=\u001b[31mred\u202e'], "-J/--json takes no value: leave out ' [31mred '"],
    [
      ['--proto', '\u001b[31m'],
      "--proto ' [31m' is no protocol that wperf has: give ws, tcp, udp, kcp, or the path of a module, as ./my.mjs",
    ],
    [['--proto', 'UDP'], "--proto 'UDP' is no protocol that wperf has: give udp"],
  ])('tells nothing that a terminal obeys, of %j', (words, expected) =>
    expect(failure(['-c', 'h', ...words]).line).toBe(expected),
  );

  it('is never met with anything but a WperfError of one line', () => {
    const words = fc.oneof(
      fc.constantFrom(...flagsByWord.keys(), '--', '-', '', 'h', '5', '-5', '=', 'true'),
      fc.string(),
      fc.tuple(fc.constantFrom(...flagsByWord.keys()), anyText).map(([word, value]) => `${word}=${value}`),
    );
    const survives = fc.property(fc.array(words, { maxLength: 6 }), (argv) => {
      try {
        parse(argv);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(WperfError);
        expect((thrown as WperfError).line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      }
    });
    fc.assert(survives, { numRuns: 500 });
  });
});

function failure(line: string | readonly string[], outside = surroundings()): { code: ErrorCode; line: string } {
  try {
    parse(line, outside);
  } catch (thrown) {
    if (thrown instanceof WperfError) return { code: thrown.code, line: thrown.line };
    throw thrown;
  }
  throw new Error('nothing was refused');
}
