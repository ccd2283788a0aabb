/** The program against a small client and a small server of the original's kind, on Debian's Python. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectPing } from '../../report/schema.js';
import { legacyArgv, startLegacyServer } from '../../support/legacy/peers.js';
import { describeNeeding, pythonModule } from '../../support/needs.js';
import { output } from '../../support/processes.js';
import { measureWithWperf, runWperf, startWperfServer } from '../../support/wperf.js';

interface Said {
  readonly sent?: { readonly bytes: number };
  readonly received?: { readonly bytes: number; readonly misnumbered: number; readonly sizes: readonly number[] };
  readonly ended?: string | null;
  readonly first?: string;
  readonly sizes?: readonly number[];
  readonly transit_ms?: number;
  readonly report?: Readonly<Record<string, number>>;
  readonly pongs?: readonly unknown[];
  readonly messages?: readonly { readonly type: string }[];
  readonly closed?: { readonly code: number; readonly reason: string };
}

const needs = [pythonModule('websockets', 'python3-websockets')];

async function client(port: number, ...args: readonly string[]): Promise<Said> {
  const [mode = '', ...rest] = args;
  return JSON.parse(await output(legacyArgv('client.py', mode, String(port), ...rest)));
}

describeNeeding('clients of the original', needs, () => {
  describe.each([[[]], [['--token', 'sesame']]])('with %j at both ends', (token: string[]) => {
    it('measure in every mode', async () => {
      const { port, process } = await startWperfServer(onTestFinished, ['-t', '1', '--json-stream', ...token]);
      const up = await client(port, 'upload', '--seconds', '0.5', ...token);
      const down = await client(port, 'reverse', '--seconds', '5', ...token);
      const both = await client(port, 'bidir', '--seconds', '0.5', ...token);
      const udp = await client(port, 'udp', '--packets', '50', '--lossy', ...token);
      const ping = await client(port, 'ping', '--packets', '3', ...token);
      const trace = await client(port, 'traceroute', ...token);

      expect(down).toMatchObject({ ended: 'EOT_S', received: { misnumbered: 0, sizes: [65_544] } });
      expect(both.received).toMatchObject({ misnumbered: 0, sizes: [65_544] });
      expect(udp.report).toMatchObject({ lost_packets: 4, total_packets: 49 });
      expect(udp.report?.jitter_ms).toBeGreaterThan(0);
      expect(ping.pongs).toEqual([0, 1, 2].map((seq) => ({ type: 'pong', seq })));
      expect(trace.messages?.map(({ type }) => type)).toEqual(['hop', 'end']);

      const ends = (await process.stop()).stdout
        .split('\n')
        .filter((line) => line.startsWith('{"event":"end"'))
        .map((line) => JSON.parse(line).data);
      expect(ends).toHaveLength(5);
      expect(ends[4]).toMatchObject({ answered: 3, interrupted: false });
      expect(ends[0].sum_received.bytes).toBe(up.sent?.bytes);
      expect(ends[0].sum_sent).toMatchObject({ bytes: null, missing: true });
      expect(ends[1].sum_sent.seconds).toBeCloseTo(1, 1);
      // The batch in flight at the deadline is counted as far as the kernel took it, and arrives whole.
      const rest = (down.received?.bytes ?? 0) - ends[1].sum_sent.bytes;
      expect(rest).toBeGreaterThanOrEqual(0);
      expect(rest).toBeLessThan(2 ** 20);
      expect(ends[2].sum_received.bytes).toBe(both.sent?.bytes);
      expect(ends[3].sum_received).toMatchObject({ bytes: 45 * 1400, packets: 49, lost_packets: 4, out_of_order: 0 });
      expect(ends[3].sum_received.jitter_ms).toBeCloseTo(udp.report?.jitter_ms ?? Number.NaN, 9);
      expect(ends[3].streams[0].udp.delay_variation_ms.median).toBeGreaterThanOrEqual(0);
    });
  });

  it('are told when the token is wrong, missing, or not asked for', async () => {
    const asking = await startWperfServer(onTestFinished, ['--token', 'sesame']);
    const open = await startWperfServer(onTestFinished, ['-J']);
    const invalid = { closed: { code: 1008, reason: 'Invalid token' } };
    expect(await client(asking.port, 'reverse', '--token', 'simsim')).toEqual(invalid);
    expect(await client(asking.port, 'reverse')).toEqual(invalid);
    expect(await client(open.port, 'reverse', '--token', 'sesame')).toEqual({
      closed: { code: 1008, reason: 'this server asks for no token' },
    });
    expect((await open.process.stop()).stdout).toBe('');
  });

  it('are refused with --no-legacy', async () => {
    const { port } = await startWperfServer(onTestFinished, ['--no-legacy']);
    await expect(client(port, 'reverse')).rejects.toThrow('HTTP 400');
  });
});

describeNeeding('a server of the original', needs, () => {
  const said = (text: string): Said[] => [...text.matchAll(/^\{.*\}$/gm)].map(([line]) => JSON.parse(line));

  it.each([[[]], [['--token', 'sesame']]])('is measured in every mode, with %j', async (token: string[]) => {
    const server = await startLegacyServer(onTestFinished, ['--seconds', '1', '--lossy', ...token]);
    const target = ['-c', '127.0.0.1', '-p', String(server.port), '--legacy-token', ...token];
    const up = await measureWithWperf([...target, '-t', '0.5']);
    const down = await measureWithWperf([...target, '-t', '0.5', '-R']);
    const both = await measureWithWperf([...target, '-t', '0.5', '--bidir']);
    const bytes = await measureWithWperf([...target, '-n', '1M', '-P', '2']);
    const udp = await runWperf([...target, '--udp', '-t', '0.5', '-b', '5M', '-P', '2', '-J']);
    const ping = await runWperf([...target, '--ping', '--ping-count', '3', '-i', '0.1', '-J']);

    expect(up.end.sum_received).toMatchObject({ bytes: null, missing: true });
    expect(down.end.sum_sent).toMatchObject({ bytes: null, missing: true });
    expect(down.end.sum_received.seconds).toBeCloseTo(0.5, 1);
    expect(both.end.sum_received).toMatchObject({ bytes: null });
    expect(both.end.sum_received_bidir_reverse?.bytes).toBeGreaterThan(0);
    await server.process.until(() => said(server.process.stdout).filter(({ ended }) => ended).length === 6, 'end');
    const [first, second, ...halves] = said(server.process.stdout).filter(
      ({ ended, received }) => received && ended === 'EOT_C',
    );
    // The block in flight at the deadline is counted as far as the kernel took it, and arrives whole.
    expect((first?.received?.bytes ?? 0) - up.end.sum_sent.bytes).toBeLessThan(2 ** 20);
    expect(first?.received?.bytes).toBeGreaterThanOrEqual(up.end.sum_sent.bytes);
    for (const each of [first, second]) expect(each?.received).toMatchObject({ misnumbered: 0, sizes: [65_544] });
    expect(halves.map(({ received }) => received?.bytes)).toEqual([2 ** 19, 2 ** 19]);
    expect(bytes.end.sum_sent.bytes).toBe(2 ** 20);
    const counted = said(server.process.stdout).filter(({ first: wish }) => wish === 'UDP');
    const [total, lost] = ['total_packets', 'lost_packets'].map((name) =>
      counted.reduce((sum, { report }) => sum + (report?.[name] ?? Number.NaN), 0),
    );
    expect(total).toBeGreaterThan(2 * 220);
    const { end } = JSON.parse(udp.stdout);
    expect(end.sum).toMatchObject({ bytes: null, packets: total, lost_packets: lost, out_of_order: null });
    expect(end.sum_sent).toMatchObject({ packets: total, bytes: (total ?? 0) * 1400 });
    for (const { sizes, ended, transit_ms: transitMs } of counted) {
      expect([sizes, ended]).toEqual([[1400], 'EOT_C']);
      expect(Math.abs(transitMs ?? Number.NaN)).toBeLessThan(1000);
    }
    expect(ping.exitCode).toBe(0);
    expectPing('document', JSON.parse(ping.stdout));
    expect(JSON.parse(ping.stdout)).toMatchObject({
      start: { dialect: 'legacy' },
      end: { received: 3, transmitted: 3 },
    });
    await server.process.until(() => server.process.stdout.includes('"answered"'), 'answered');
    expect(said(server.process.stdout)).toContainEqual({ first: '{"command":"ping"}', answered: 3 });
  });

  it('that ends first is noticed', async () => {
    const server = await startLegacyServer(onTestFinished, ['--seconds', '0.3']);
    const target = ['-c', '127.0.0.1', '-p', String(server.port)];
    const { stdout } = await runWperf([...target, '-t', '3', '-R', '-J']);
    expect(JSON.parse(stdout).end).toMatchObject({ interrupted: false });
    expect(JSON.parse(stdout).end.warnings.join()).toContain('The server stopped sending first');
  });

  it.each([
    [['--token', 'simsim', '--legacy-token'], 'token-rejected', 'Invalid token'],
    [['--token', 'simsim'], 'server-unproven', '--legacy-token to send it all the same'],
    [[], 'token-required', 'Invalid token'],
    [['--no-legacy'], 'not-wperf', '--no-legacy refuses'],
  ])('refuses or is refused in one line with %j', async (args, code, text) => {
    const server = await startLegacyServer(onTestFinished, ['--token', 'sesame']);
    const { exitCode, stdout } = await runWperf(['-c', '127.0.0.1', '-p', String(server.port), '-J', ...args]);
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ error_code: code, error: expect.stringContaining(text) });
  });
});
