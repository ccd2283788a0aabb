/** Every mode of Debian's iperf3 as a client of wperf: both ends report the same test. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeNeeding, program, systemCalls } from '../../../support/needs.js';
import { freePort } from '../../../support/ports.js';
import { run } from '../../../support/processes.js';
import { undoAfterAll } from '../../../support/suite.js';
import { startWperfServer, type WperfServer } from '../../../support/wperf.js';

interface Sum {
  readonly bytes: number;
  readonly retransmits?: number;
  readonly packets?: number;
  readonly lost_packets?: number;
  readonly jitter_ms?: number;
}

interface Report {
  readonly error?: string;
  readonly start: {
    readonly cookie: string;
    readonly connected: readonly { readonly local_port: number; readonly remote_port: number }[];
    readonly test_start: Readonly<Record<string, number | string>>;
    readonly dialect?: string;
    readonly peer_software?: string;
    readonly socket_options?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  readonly end: Readonly<Record<string, unknown>> & {
    readonly streams: readonly {
      readonly sender?: Sum;
      readonly receiver?: Sum;
      readonly udp?: Sum & { readonly sender: boolean };
    }[];
    readonly interrupted?: boolean;
  };
  readonly server_output_json?: Report;
}

/** What both ends know of each sum, by the keys of the report. */
const sums = ['sum_sent', 'sum_received', 'sum_sent_bidir_reverse', 'sum_received_bidir_reverse'] as const;

const modes: readonly string[] = [
  '-t 1',
  '-t 1 -R',
  '-t 1 --bidir',
  '-t 1 -P 4',
  '-t 1 -P 4 -R',
  '-t 1 -P 3 --bidir',
  '-t 1 -P 128 -b 1M',
  '-t 1 -P 128 -b 1M --bidir',
  '-n 20M',
  '-n 20M -R -P 3',
  '-k 100',
  '-t 1 -O 1 -b 50M',
  '-t 1 -O 1 -b 50M -R',
  '-t 1 -b 20M -R',
  '-t 1 -l 1000',
  '-t 1 -w 128K -N',
  '-t 1 -M 1000 -R',
  '-t 1 -S 0x20 -C cubic -R',
  '-t 1 --repeating-payload -Z',
  '-u -t 1',
  '-u -t 1 -R',
  '-u -t 1 --bidir',
  '-u -t 1 -P 4 -b 5M -l 1000',
  '-u -t 1 -b 50M -l 1400',
  '-u -t 1 -b 50M -l 1400 -R --udp-counters-64bit',
  '-u -t 2 -O 1 -b 5M -l 500',
  '-u -t 2 -O 1 -b 5M -l 500 -R',
  '-u -n 1M -b 20M -l 1200',
  '-u -t 1 -l 16 -b 500K -P 2 --bidir',
  '-u -t 1 -l 60000 -b 20M',
];

describeNeeding('iperf3 as a client', [program('iperf3'), systemCalls], () => {
  const later = undoAfterAll();
  let server: WperfServer;
  beforeAll(async () => {
    server = await startWperfServer(later, ['-J']);
  });

  /** The server's document of the test with this cookie. */
  async function served(cookie: string): Promise<Report> {
    await server.process.until(() => documentsOf(server.process.stdout).some(isOf(cookie)), 'report the test');
    const found = documentsOf(server.process.stdout).find(isOf(cookie));
    if (!found) throw new Error('no report');
    return found;
  }

  async function measure(args: string): Promise<Report> {
    const argv = ['iperf3', '-c', '127.0.0.1', '-p', String(server.port), '-J', ...args.split(' ')];
    const { stdout, stderr } = await run(argv, { timeoutSeconds: 30 });
    return JSON.parse(stdout || JSON.stringify({ error: stderr }));
  }

  describe.concurrent('measures, and the server says the same,', () => {
    it.each(modes)('with %s', async (args) => {
      const client = await measure(args);
      expect(client.error).toBeUndefined();
      const own = await served(client.start.cookie);
      expect(own.error).toBeUndefined();
      expect(own.start).toMatchObject({ dialect: 'iperf3', peer_software: 'iperf3 3.12' });
      expect(own.end.interrupted).toBe(false);
      const ports = client.start.connected.map(({ local_port }) => local_port);
      expect(own.start.connected.map(({ remote_port }) => remote_port)).toEqual(ports);
      const { protocol, num_streams, omit, reverse } = client.start.test_start;
      const asked = { protocol, num_streams, omit, reverse, bidir: args.includes('--bidir') ? 1 : 0 };
      expect(own.start.test_start).toMatchObject(asked);
      const isUdp = args.includes('-u');
      for (const name of sums) {
        const [far, near] = [client.end[name], own.end[name]] as (Sum | undefined)[];
        expect(near === undefined).toBe(far === undefined);
        if (!far || !near) continue;
        expect({ name, bytes: near.bytes }).toEqual({ name, bytes: far.bytes });
        expect(near.bytes).toBeGreaterThan(0);
      }
      client.end.streams.forEach((stream, at) => {
        const other = own.end.streams[at];
        expect(other?.receiver?.bytes).toBe(stream.receiver?.bytes);
        expect(other?.sender?.bytes).toBe(stream.sender?.bytes);
        // A client before 3.14 does not tell what it lost of the omitted beginning, which its server then has as lost.
        const lost = stream.udp?.lost_packets ?? 0;
        if (isUdp && args.includes('-O')) expect(other?.udp?.lost_packets).toBeGreaterThanOrEqual(lost);
        else if (isUdp) expect(other?.udp?.lost_packets).toBe(lost);
      });
      const sent = (['sum_sent', 'sum_sent_bidir_reverse'] as const).map((name) => [client.end[name], own.end[name]]);
      for (const [far, near] of sent as [Sum?, Sum?][]) {
        if (!far || !near) continue;
        if (isUdp) continue;
        expect(near.retransmits).toBe(far.retransmits);
        expect(far.retransmits).toBeGreaterThanOrEqual(0);
      }
    });
  });

  it('is told the server’s report as the object that it prints', async () => {
    const client = await measure('-t 1 -R -P 2 -b 10M --get-server-output');
    const own = await served(client.start.cookie);
    expect(client.server_output_json?.start).toEqual(own.start);
    expect(client.server_output_json?.end.streams.map(({ sender }) => sender?.bytes)).toEqual(
      own.end.streams.map(({ sender }) => sender?.bytes),
    );
  });

  it('has its options at the server too', async () => {
    const client = await measure('-n 1M -R -S 0x20 -C cubic -w 100K');
    const { start } = await served(client.start.cookie);
    const asked = { window: 102_400, tos: 32, congestion: 'cubic' };
    expect(JSON.stringify(start.socket_options)).toContain('"cubic"');
    expect(start).toMatchObject({ sndbuf_actual: 204_800, rcvbuf_actual: 204_800, test_start: { tos: asked.tos } });
  });

  it('takes turns with nobody: three at once', async () => {
    const all = await Promise.all(['-t 1', '-t 1 -R', '-u -t 1 -b 5M -R'].map((args) => measure(args)));
    expect(all.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
  });

  afterAll(() => expect(server.process.stderr).toBe(''));
});

describeNeeding('a server that prints text', [program('iperf3')], () => {
  const later = undoAfterAll();

  const ask = async (args: readonly string[], client: readonly string[]) => {
    const server = await startWperfServer(later, args);
    const words = ['iperf3', '-c', '127.0.0.1', '-p', String(server.port), ...client];
    return { server, ...(await run(words)) };
  };

  it('gives text to a client that asks for its report', async () => {
    const { stdout } = await ask([], ['-t', '1', '-b', '10M', '--get-server-output']);
    expect(stdout).toMatch(/Server output:\n.*upload from 127\.0\.0\.1:\d+ over tcp, 1 stream, 1 s/s);
  });

  it.each([
    ['-t 1', [], '-t 2', /int_errno=37|duration/],
    ['-n 1M', [], '-n 2M', /int_errno=37|duration/],
    ['--token x', [], '-t 1', /test authorization failed/],
    ['--allow-proto ws,tcp', [], '-u -t 1', /protocol does not exist/],
    ['--no-legacy', [], '--sctp -t 1', /no SCTP support/],
    ['--server-bitrate-limit 20M', [], '-t 1 -b 11M -P 2', /total required bandwidth is larger than server limit/],
    ['--server-bitrate-limit 20M', [], '-t 1 -b 11M --bidir', /total required bandwidth is larger than server limit/],
    ['--server-bitrate-limit 20M/1', [], '-t 20', /total required bandwidth is larger than server limit/],
    ['--server-bitrate-limit 20M/1', [], '-t 20 -R -P 2', /total required bandwidth is larger than server limit/],
    ['--server-bitrate-limit 20M/1', [], '-u -b 0 -t 20', /total required bandwidth is larger than server limit/],
    ['--server-bitrate-limit 20M/1', [], '-t 2 -b 10M --bidir', /iperf Done/],
    ['--no-iperf3', [], '-t 1', /control socket has closed unexpectedly/],
  ] as const)('with %s tells %s a sensible line for %s', async (args, _none, client, line) => {
    const { stderr, stdout } = await ask(args.split(' '), client.split(' '));
    expect(`${stderr}${stdout}`).toMatch(line);
  });

  it('serves iperf3 on a port of its own, TCP and UDP', async () => {
    const own = await freePort();
    const server = await startWperfServer(later, ['--iperf3-port', String(own), '--iperf3-one-at-a-time']);
    await server.process.outputMatching(new RegExp(`clients of iperf3 may use port ${own} too`));
    for (const args of [
      ['-n', '1M'],
      ['-u', '-n', '10K'],
      ['-n', '1M', '-R'],
    ]) {
      const { stdout, stderr } = await run(['iperf3', '-c', '127.0.0.1', '-p', String(own), ...args]);
      expect(stdout + stderr).toContain('iperf Done.');
    }
  });
});

function documentsOf(stdout: string): Report[] {
  return stdout
    .split(/^(?=\{$)/m)
    .filter((text) => text.trimEnd().endsWith('\n}'))
    .map((text) => JSON.parse(text));
}

function isOf(cookie: string) {
  return ({ start }: Report) => start.cookie === cookie;
}
