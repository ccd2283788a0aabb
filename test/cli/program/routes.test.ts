/** Routes as a user meets them. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { runWperf, startWperfServer } from '../../support/wperf.js';
import { expectOneLine } from './spawned.js';

describe('--traceroute', () => {
  test('shows a route with the range of its hop, and as JSON', async () => {
    const text = await runWperf(['--traceroute', '127.0.0.1', '--tr-no-dns']);
    expect(text.exitCode).toBe(0);
    expect(text.stdout).toMatch(
      /^traceroute to 127\.0\.0\.1 \(127\.0\.0\.1\), 30 hops max\n 1 {2}\[loopback\] +127\.0\.0\.1 .* ms/,
    );
    const json = await runWperf(['--traceroute', '127.0.0.1', '--tr-no-dns', '--no-geoip', '-J']);
    expect(JSON.parse(json.stdout).hops[0].addresses[0]).toMatchObject({ ip: '127.0.0.1' });
  });

  test('refuses in-band probes, which need a connection', async () => {
    const { exitCode, stderr } = await runWperf(['--traceroute', '127.0.0.1', '--tr-proto', 'inband']);
    expect(exitCode).toBe(1);
    expectOneLine(stderr, 'wperf: error: --tr-proto inband needs a connection');
    expect(stderr).toContain('-c HOST --reverse-traceroute');
  });
});

describe('--reverse-traceroute', () => {
  const quickly = ['--tr-no-dns', '--tr-timeout', '0.3'];

  test('shows the route back, and how the server sees this machine', async () => {
    const { exitCode, stdout } = await runWperf(['--loopback', '--reverse-traceroute', ...quickly]);
    expect(exitCode).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('traceroute from 127.0.0.1 back to 127.0.0.1, 30 hops max');
    expect(lines[1]).toMatch(/^127\.0\.0\.1 sees you as 127\.0\.0\.1 port \d+: directly, without NAT$/);
    expect(lines[2]).toMatch(/^ 1 {2}\[loopback\] +127\.0\.0\.1 .* ms$/);
  });

  test('is told why not, in one line, and asked for with JSON gets JSON', async () => {
    const { port, process } = await startWperfServer(onTestFinished, ['--no-reverse-traceroute']);
    const words = ['-c', `127.0.0.1:${port}`, '--reverse-traceroute', '--no-geoip'];
    const text = await runWperf(words);
    expect(text).toMatchObject({ exitCode: 3, stdout: '' });
    expectOneLine(text.stderr, `wperf: error: 127.0.0.1:${port}: this server traces no routes for its clients`);
    const json = await runWperf([...words, '-J']);
    expect(JSON.parse(json.stdout)).toMatchObject({ start: null, hops: [], error_code: 'request-refused' });
    expect(process.stdout).toContain('asks for the route back');
    await process.until(() => process.stderr.includes('this server traces no routes'), 'warn');
  });

  test.each(['--traceroute 127.0.0.1', '--loopback --reverse-traceroute', '--loopback --both-traceroutes'])(
    '%s tells of a database that is none, as a trace tells of failures',
    async (mode) => {
      const words = [...mode.split(' '), ...quickly, '--geoip-db', '/etc/passwd'];
      const text = await runWperf(words);
      expect(text).toMatchObject({ exitCode: 5, stdout: '' });
      expect(text.stderr).toMatch(/^wperf: error: (the route back: )?cannot use GeoIP file \/etc\/passwd: [^\n]*\n$/);
      const json = await runWperf([...words, '-J']);
      expect(json.exitCode).toBe(5);
      const { reverse, ...rest } = JSON.parse(json.stdout);
      expect(reverse ?? rest).toMatchObject({ start: null, hops: [], error_code: 'file-failure' });
    },
  );

  test('without a server says so', async () => {
    const { exitCode, stderr } = await runWperf(['-c', '127.0.0.1:1', '--both-traceroutes', '--no-geoip']);
    expect(exitCode).toBe(2);
    expectOneLine(stderr, 'wperf: error: the route back: ');
  });

  test('and the route there stand beside each other', async () => {
    const { exitCode, stdout } = await runWperf(['--loopback', '--both-traceroutes', ...quickly, '--no-geoip']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('There, from here to the server');
    const json = await runWperf(['--loopback', '--both-traceroutes', ...quickly, '--no-geoip', '-J']);
    const { forward, reverse, rows } = JSON.parse(json.stdout);
    expect([forward.start.direction, reverse.start.direction]).toEqual(['forward', 'reverse']);
    expect(rows).toHaveLength(2);
  });
});
