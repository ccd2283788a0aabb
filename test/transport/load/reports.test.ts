/** What the program says of load that is carried by something else: text, JSON and lines of it, whatever carries it. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { expectReport, expectStreamLine } from '../../report/schema.js';
import { documentedModules, moduleFile } from '../../support/modules.js';
import { runWperf, startWperfServer } from '../../support/wperf.js';

const protos = ['tcp', 'udp', 'kcp', 'plain.mjs'] as const;

async function serve(proto: string) {
  const isModule = proto.endsWith('.mjs');
  const name = isModule ? await moduleFile(onTestFinished, proto) : proto;
  const { port, process } = await startWperfServer(onTestFinished, isModule ? ['--proto', name] : []);
  const run = (...more: readonly string[]) =>
    runWperf(['-c', `127.0.0.1:${port}`, '--proto', name, '-t', '0.4', '-i', '0.2', '-b', '5M', ...more]);
  return { run, server: process };
}

describe.each(protos)('load over %s', (proto) => {
  const name = proto.replace('.mjs', '');

  test.each([[[]], [['-R', '-P', '2']], [['--bidir']]])('is told in JSON, %j', async (flags) => {
    const { run } = await serve(proto);
    const [document, lines] = await Promise.all([run('-J', ...flags), run('--json-stream', ...flags)]);
    const report = JSON.parse(document.stdout);
    expectReport(report);
    expect(report.start.transport).toBe(name);
    expect(report.start.test_start.protocol).toBe(proto === 'udp' ? 'UDP' : 'TCP');
    expect(report.start.packets).toBe(proto === 'udp' ? 'real' : undefined);
    const events = lines.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const event of events) expectStreamLine(event);
    expect(events.map(({ event }) => event)).toEqual(['start', 'interval', 'interval', 'end']);
  });

  test('is told in text, at both ends', async () => {
    const { run, server } = await serve(proto);
    const { stdout, stderr } = await run();
    expect(stderr).toBe('');
    expect(stdout).toContain(`over ${name}, 1 stream, 0.4 s, `);
    if (proto === 'udp') expect(stdout).toMatch(/real \d+-byte packets/);
    if (proto === 'kcp') expect(stdout).toMatch(/RTT +Retr +Retr%/);
    await expect.poll(() => server.stdout).toContain(`over ${name}, 1 stream`);
  });
});

test.each(['tcp', 'udp', 'kcp'])(
  'options of the socket that carries %s are told as this kernel has them',
  async (proto) => {
    const { run } = await serve(proto);
    const { stdout } = await run('-w', '64K', '-S', '0x28');
    expect(stdout).toMatch(/^Socket: window 64 KiB \(here send 128 KiB receive 128 KiB, .*TOS 0x28 \(here 0x28, /m);
  },
);

test('statistics of a module are columns of text and JSON that wperf has never heard of', async () => {
  const code = (documentedModules().get('plain.mjs') ?? '')
    .replace(
      "[{ key: 'queued', title: 'Queued', kind: 'level', unit: 'B' }]",
      `[
      { key: 'queued', title: 'Queued', kind: 'level', unit: 'B' },
      { key: 'chirps', title: 'Chirps', kind: 'count' },
      { key: 'loud', title: 'Loud%', kind: 'share', part: 'shouts', whole: 'chirps' },
    ]`,
    )
    .replace(
      '({ queued: stream.writableLength })',
      '({ queued: 1234, chirps: (stream.n = (stream.n ?? 0) + 100), shouts: stream.n / 4 })',
    );
  const path = await moduleFile(onTestFinished, 'birds.mjs', code);
  const { port } = await startWperfServer(onTestFinished, ['--proto', path]);
  const run = (...more: string[]) =>
    runWperf(['-c', `127.0.0.1:${port}`, '--proto', path, '-t', '0.4', '-i', '0.2', '-b', '5M', ...more]);
  const [text, json] = [await run(), JSON.parse((await run('-J')).stdout)];
  expect(text.stdout).toMatch(/Queued +Chirps +Loud%/);
  expect(text.stdout).toMatch(/1230 B +100 +25\.00%/);
  expectReport(json);
  expect(json.start.statistics_columns.map(({ key }: { key: string }) => key)).toEqual(['queued', 'chirps', 'loud']);
  expect(json.intervals[0].streams[0].statistics).toEqual({ queued: 1234, chirps: 100, loud: 25 });
  const { chirps, loud } = json.end.streams[0].sender.statistics;
  expect(chirps).toBeGreaterThanOrEqual(200);
  expect(loud).toBe(25);
  const back = JSON.parse((await run('-J', '-R', '-P', '2')).stdout);
  for (const { streams, sum } of back.intervals) {
    for (const stream of [...streams, sum]) expect(stream.statistics).toMatchObject({ queued: 1234, loud: 25 });
  }
  expect(back.intervals[0].streams[0].statistics.chirps).toBe(100);
});

test('packets over a WebSocket are called simulated', async () => {
  const { port } = await startWperfServer(onTestFinished);
  const [text, json] = await Promise.all(
    [[], ['-J']].map((format) => runWperf(['-c', `127.0.0.1:${port}`, '-u', '-t', '0.2', ...format])),
  );
  expect(text?.stdout).toContain('simulated 1400-byte packets');
  expect(JSON.parse(json?.stdout ?? '').start).toMatchObject({ transport: 'websocket', packets: 'simulated' });
});

test.each([
  [
    ['--proto', 'tcp', '-u'],
    '-u/--udp wants packets, and --proto tcp carries a stream of bytes: use --proto udp, or leave one of them away',
  ],
  [
    ['--proto', 'kcp', '-u'],
    '-u/--udp wants packets, and --proto kcp carries a stream of bytes: use --proto udp, or leave one of them away',
  ],
  [
    ['--proto', 'sctp'],
    "--proto 'sctp' is no protocol that wperf has: give ws, tcp, udp, kcp, or the path of a module, as ./sctp.mjs",
  ],
  [['--proto', './nowhere.mjs'], 'the module ./nowhere.mjs is not there: check the path'],
  [['--proto', 'udp', '-C', 'bbr'], '-C/--congestion is for TCP, and --proto udp has none: leave one of them away'],
  [
    ['--proto', 'udp', '-k', '10'],
    '-k/--blockcount counts blocks of -l/--length, and --proto udp finds out what fits: give -l/--length too',
  ],
  [
    ['--proto', 'udp', '--proxy', 'http://127.0.0.1:1'],
    '--proto udp goes by UDP, which passes no proxy: measure packets over WebSocket: --udp without --proto',
  ],
  [['--kcp-resend', '2'], '--kcp-resend is for --proto kcp: give both'],
  [['--proto', 'kcp', '--kcp-mtu', '64'], "--kcp-mtu '64' is out of range: give 128 to 8972"],
  [['--probe-mtu'], '--probe-mtu needs --proto udp: give both'],
])('%j is refused in one line', async (flags, line) => {
  const { exitCode, stderr, stdout } = await runWperf(['-c', '127.0.0.1:1', ...flags]);
  expect(stderr).toContain(`wperf: error: ${line}`);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
});

test.each([
  [
    ['--proto', 'tcp'],
    "--proto 'tcp' on a server names no module: leave it away, or limit what is offered with --allow-proto",
  ],
  [
    ['--allow-proto', 'ws,tpc'],
    "--allow-proto 'tpc' is none of ws, tcp, udp, kcp, http: check the name, or give its module with --proto",
  ],
  [['--allow-proto', 'a b'], "--allow-proto 'a b' names no protocols: give names and commas, as ws,tcp,udp,kcp"],
])('a server with %j is refused in one line', async (flags, line) => {
  const { exitCode, stderr } = await runWperf(['-s', '-p', '0', ...flags]);
  expect(stderr).toContain(`wperf: error: ${line}`);
  expect(exitCode).toBe(1);
});

test('a server that does not offer what is asked for says what it does offer', async () => {
  const { port } = await startWperfServer(onTestFinished, ['--allow-proto', 'tcp,udp']);
  const run = (...more: string[]) => runWperf(['-c', `127.0.0.1:${port}`, '-t', '0.2', ...more]);
  const [ws, kcp, tcp] = await Promise.all([run(), run('--proto', 'kcp'), run('--proto', 'tcp')]);
  expect(ws.stderr).toContain('the server offers no --proto ws, but tcp, udp');
  expect(kcp.stderr).toContain('the server offers no --proto kcp, but tcp, udp');
  expect([ws.exitCode, kcp.exitCode, tcp.exitCode]).toEqual([3, 3, 0]);
});
