/** wperf's client at Debian's iperf3 server, each kind of test held against what the server reports of it. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { passwordDigest } from '../../../../src/dialects/iperf3/wire/auth.js';
import { temporaryFolder } from '../../../support/folders.js';
import { describeNeeding, program } from '../../../support/needs.js';
import { type Iperf3Server, startIperf3Server } from '../../../support/peers/iperf3.js';
import { freePort } from '../../../support/ports.js';
import { start } from '../../../support/processes.js';
import { undoAfterAll } from '../../../support/suite.js';
import type { Later } from '../../../support/undo.js';
import { runWperf, wperf } from '../../../support/wperf.js';

interface Sum {
  readonly bytes: number;
  readonly bits_per_second: number;
  readonly seconds: number;
  readonly retransmits?: number;
  readonly packets?: number;
  readonly lost_packets?: number;
  readonly jitter_ms?: number;
}

interface Report {
  readonly start: {
    readonly dialect?: string;
    readonly packets?: string;
    readonly cookie: string;
    readonly connected: readonly { readonly local_port: number; readonly remote_port: number }[];
    readonly test_start: Readonly<Record<string, number | string>>;
  };
  readonly intervals: readonly unknown[];
  readonly end: {
    readonly sum?: Sum;
    readonly sum_sent: Sum;
    readonly sum_received: Sum;
    readonly sum_sent_bidir_reverse?: Sum;
    readonly sum_received_bidir_reverse?: Sum;
    readonly streams: readonly { readonly udp?: Sum; readonly sender?: Sum; readonly receiver?: Sum }[];
    readonly cpu_utilization_percent: { readonly remote_total: number };
    readonly receiver_tcp_congestion?: string;
    readonly latency?: { readonly source: string };
  };
  readonly server_output_text?: string;
}

const stock = program('iperf3');

/** With `-J` it does not say when it listens, and a trial connection would be taken for a client. */
async function startSilentServer(later: Later): Promise<Iperf3Server> {
  const [host, port] = ['127.0.0.1', await freePort()];
  const running = await start(later, ['iperf3', '-s', '-B', host, '-p', String(port), '--forceflush', '-J']);
  const listens = new RegExp(`^ *\\d+: 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} \\S+ 0A `, 'm');
  await running.until(() => listens.test(readFileSync('/proc/net/tcp', 'utf8')), 'listen');
  return { process: running, host, port };
}

describeNeeding('at a stock iperf3 server', [stock], () => {
  const later = undoAfterAll();
  let server: Iperf3Server;
  let told = 0;

  beforeAll(async () => {
    server = await startSilentServer(later);
  });

  /** The server's own report of the test that ended last. */
  async function reportOfServer(): Promise<Report> {
    const objects = () => server.process.stdout.split(/^(?=\{)/m).filter((text) => text.startsWith('{'));
    await server.process.until(() => objects().length > told && /^\}\s*$/m.test(objects()[told] ?? ''), 'report');
    return JSON.parse((objects()[told++] ?? '').replace(/^\}.*/ms, '}'));
  }

  async function measure(...args: readonly string[]): Promise<{ ours: Report; theirs: Report }> {
    const { exitCode, stdout, stderr } = await runWperf(['-c', `127.0.0.1:${server.port}`, '--iperf3', '-J', ...args]);
    if (exitCode !== 0) throw new Error(`${args.join(' ')}: exit code ${exitCode}\n${stderr}${stdout}`);
    return { ours: JSON.parse(stdout), theirs: await reportOfServer() };
  }

  const seconds = ['-t', '0.5', '-i', '0.1'];

  it.each([
    [[]],
    [['-P', '3']],
    [['-n', '20M', '-P', '2']],
    [['-k', '50', '-l', '100K']],
    [['-k', '1000', '-l', '3']],
    [['-l', '1', '-b', '1M']],
    [['-O', '1']],
    [['-b', '50M']],
    [['-C', 'cubic', '-w', '256K', '-M', '1000', '-N', '-S', '0x28']],
  ])('loads it as it says, %j', async (args) => {
    const { ours, theirs } = await measure(...(args.includes('-n') || args.includes('-k') ? [] : seconds), ...args);
    expect(ours.start.dialect).toBe('iperf3');
    expect(ours.end.sum_received.bytes).toBe(theirs.end.sum_received.bytes);
    expect(ours.end.sum_received.bytes).toBeGreaterThan(0);
    if (args.includes('-n')) expect(theirs.end.sum_received.bytes).toBe(20 * 1024 * 1024);
    if (args.includes('100K')) expect(theirs.end.sum_received.bytes).toBe(50 * 100 * 1024);
    if (args.includes('3') && args.includes('-k')) expect(theirs.end.sum_received.bytes).toBe(3000);
    if (args.includes('-b')) expect(theirs.end.sum_received.bits_per_second).toBeLessThan(65e6);
    expect(ours.end.cpu_utilization_percent.remote_total).toBeGreaterThan(0);
    expect(ours.end.latency?.source).toBe('kernel');
    expect(theirs.start.test_start).toMatchObject({
      protocol: 'TCP',
      num_streams: args.includes('-P') ? (args.at(-1) === '2' ? 2 : 3) : 1,
    });
    expect(theirs.end.streams).toHaveLength(Number(theirs.start.test_start.num_streams));
  });

  it.each([[[]], [['-P', '2']], [['-n', '20M', '-P', '2']], [['-O', '1']], [['-b', '50M']]])(
    'is loaded by it, %j',
    async (args) => {
      const { ours, theirs } = await measure(...(args.includes('-n') ? [] : seconds), '-R', ...args);
      expect(ours.end.sum_sent.bytes).toBe(theirs.end.sum_sent.bytes);
      expect(ours.end.sum_sent.retransmits).toBe(theirs.end.sum_sent.retransmits);
      expect(ours.end.sum_received.bytes).toBeLessThanOrEqual(theirs.end.sum_sent.bytes);
      expect(ours.end.sum_received.bytes).toBeGreaterThan(0.8 * theirs.end.sum_sent.bytes);
      if (args.includes('-n')) expect(ours.end.sum_received.bytes).toBeGreaterThanOrEqual(20 * 1024 * 1024);
      expect(theirs.start.test_start).toMatchObject({ reverse: 1 });
    },
  );

  it('loads it and is loaded at once', async () => {
    const { ours, theirs } = await measure(...seconds, '--bidir', '-P', '2');
    expect(theirs.end.streams).toHaveLength(4);
    expect(ours.end.sum_received.bytes).toBe(theirs.end.sum_received.bytes);
    expect(ours.end.sum_sent_bidir_reverse?.bytes).toBe(theirs.end.sum_sent_bidir_reverse?.bytes);
    expect(ours.end.sum_received_bidir_reverse?.bytes).toBeGreaterThan(0);
  });

  it.each([[['-l', '200']], [['-l', '16']], [['-P', '2']], [['-O', '1']], [['-k', '200']]])(
    'sends it packets, %j',
    async (args) => {
      const { ours, theirs } = await measure('-u', '-b', '5M', ...(args.includes('-k') ? [] : seconds), ...args);
      expect(ours.start.packets).toBe('real');
      const [their] = [theirs.end.sum];
      const [own] = [ours.end.sum];
      if (!args.includes('-O')) {
        expect(own?.packets).toBe(their?.packets);
        expect(own?.lost_packets).toBe(their?.lost_packets);
      }
      expect(own?.jitter_ms).toBeCloseTo(their?.jitter_ms ?? -1, 6);
      expect(own?.packets).toBeGreaterThan(100);
      expect(theirs.start.test_start).toMatchObject({
        protocol: 'UDP',
        blksize: args[0] === '-l' ? Number(args[1]) : 1400,
      });
    },
  );

  it('takes packets of it', async () => {
    const { ours, theirs } = await measure('-u', '-b', '5M', ...seconds, '-R', '-P', '2');
    const sent = theirs.end.streams.reduce((sum, { udp }) => sum + (udp?.packets ?? 0), 0);
    expect(ours.end.sum?.packets).toBeLessThanOrEqual(sent);
    expect(ours.end.sum?.packets).toBeGreaterThan(0.8 * sent);
  });

  it('sends and takes packets at once, from ports of its choice', async () => {
    const { ours, theirs } = await measure('-u', '-b', '2M', ...seconds, '--bidir', '--cport', '29400', '-P', '2');
    expect(theirs.start.connected.map(({ remote_port: port }) => port)).toEqual([29_400, 29_401, 29_402, 29_403]);
    expect(ours.start.connected.map(({ local_port: port }) => port)).toEqual([29_400, 29_401]);
  });

  it('gets its report, and gives a title', async () => {
    const { stdout } = await runWperf([
      '-c',
      `127.0.0.1:${server.port}`,
      '--iperf3',
      '-t',
      '0.3',
      '-T',
      'T',
      '--get-server-output',
    ]);
    await reportOfServer();
    expect(stdout).toMatch(/Server output:/);
    expect(stdout).toMatch(/"sum_received":/);
  });

  it('names the right command where it is asked as a wperf server', async () => {
    const { stderr, exitCode } = await runWperf(['-c', `127.0.0.1:${server.port}`, '-t', '1']);
    expect(stderr).toContain(`is a server of iperf3: use wperf -c 127.0.0.1 --iperf3 -p ${server.port}`);
    expect(exitCode).toBe(3);
    await reportOfServer();
  });
});

describeNeeding('a stock iperf3 server', [stock], () => {
  it('that is busy is named, and waited for', async () => {
    const { port } = await startIperf3Server(onTestFinished);
    const first = await start(onTestFinished, wperf('-c', `127.0.0.1:${port}`, '--iperf3', '-t', '1.5', '-R'));
    await first.outputMatching(/connected to/);
    const second = await runWperf(['-c', `127.0.0.1:${port}`, '--iperf3', '-t', '0.2']);
    expect(second.stderr).toContain('is busy with another test: wait for it with --retry SECONDS');
    expect(second.exitCode).toBe(3);
    const plain = await runWperf(['-c', `127.0.0.1:${port}`, '-t', '0.2']);
    expect(plain.stderr).toContain(`--iperf3 -p ${port}`);
    const third = await runWperf(['-c', `127.0.0.1:${port}`, '--iperf3', '-t', '0.2', '--retry', '10']);
    expect(third.exitCode).toBe(0);
    expect((await first.finished).exitCode).toBe(0);
  });

  it('hears of an interruption, and is heard when it is stopped', async () => {
    const { process, port } = await startIperf3Server(onTestFinished);
    const client = await start(onTestFinished, wperf('-c', `127.0.0.1:${port}`, '--iperf3', '-t', '20'));
    await client.outputMatching(/0\.00-1\./);
    client.signal('SIGINT');
    const { exitCode, stdout } = await client.finished;
    expect(exitCode).toBe(130);
    expect(stdout).toMatch(/sender/);
    await process.outputMatching(/the client has terminated/);
    const other = await start(onTestFinished, wperf('-c', `127.0.0.1:${port}`, '--iperf3', '-t', '20', '-R'));
    await other.outputMatching(/0\.00-1\./);
    process.signal('SIGINT');
    const ended = await other.finished;
    expect(ended.stderr).toContain('was stopped before the end of the test');
    expect(ended.exitCode).toBe(4);
  });

  it('with a limit of its own refuses in words', async () => {
    const { port } = await startIperf3Server(onTestFinished, { args: ['--server-bitrate-limit', '1M'] });
    const { stderr, exitCode } = await runWperf(['-c', `127.0.0.1:${port}`, '--iperf3', '-u', '-b', '100M', '-t', '1']);
    expect(stderr).toMatch(/error: .*(iperf3 error 27|closed the connection before the test ran)/);
    expect(exitCode).toBe(3);
  });

  it('logs users in, with the older padding', async () => {
    const folder = await temporaryFolder(onTestFinished);
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const file = (name: string, text: string | Buffer) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const publicKey = file('public.pem', pair.publicKey.export({ type: 'spki', format: 'pem' }));
    const privateKey = file('private.pem', pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const users = file('users.csv', `mario,${passwordDigest('mario', 'rossi')}\n`);
    const args = ['--rsa-private-key-path', privateKey, '--authorized-users-path', users];
    const { port, process: server } = await startIperf3Server(onTestFinished, { args });
    const login = (name: string, password: string | undefined) =>
      runWperf(
        ['-c', `127.0.0.1:${port}`, '--iperf3', '-t', '0.3', '--username', name, '--rsa-public-key-path', publicKey],
        { env: { IPERF3_PASSWORD: password } },
      );
    const good = await login('mario', 'rossi');
    expect(good.stderr, `${server.stdout}${server.stderr}`).not.toContain('error');
    expect(good.exitCode).toBe(0);
    const bad = await login('mario', 'verdi');
    expect(bad.stderr).toContain('refused the login (iperf3 error 142)');
    expect(bad.exitCode).toBe(3);
    const none = await runWperf(['-c', `127.0.0.1:${port}`, '--iperf3', '-t', '0.3']);
    expect(none.stderr).toContain('refused the login');
    expect((await login('mario', undefined)).stderr).toContain('there is nobody to ask for it');
  });
});
