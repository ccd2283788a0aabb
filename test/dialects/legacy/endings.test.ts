/** How each mode ends toward a live server of the original: in time, by Ctrl-C, or with the server's death. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectPing, expectReport } from '../../report/schema.js';
import { startLegacyServer } from '../../support/legacy/peers.js';
import { describeNeeding, pythonModule } from '../../support/needs.js';
import { type Running, start } from '../../support/processes.js';
import { runWperf, wperf } from '../../support/wperf.js';

const loads: [string, ...string[]][] = [
  ['up'],
  ['down', '-R'],
  ['both ways', '--bidir'],
  ['packets', '--udp', '-b', '4M'],
];
const endless: [string, string[]][] = [
  ...loads.map(([name, ...flags]): [string, string[]] => [name, [...flags, '-P', '2', '-t', '30', '-i', '0.1']]),
  ['pings', ['--ping', '--ping-count', '1000', '-i', '0.1']],
];

async function serve() {
  const server = await startLegacyServer(onTestFinished, ['--seconds', '30', '--token', 'sesame']);
  const flags = ['-c', server.host, '-p', String(server.port), '--token', 'sesame', '--legacy-token'];
  return { server, flags };
}

/** A client amid its test: it has told of some of it. */
async function amid(args: readonly string[], flags: readonly string[]): Promise<Running> {
  const client = await start(onTestFinished, wperf(...flags, ...args, '--json-stream'));
  await client.outputMatching(/"event":"(interval|pong)"/);
  return client;
}

const linesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const lastLine = (stdout: string) => linesOf(stdout).at(-1);

describeNeeding('toward a server of the original', [pythonModule('websockets', 'python3-websockets')], () => {
  it.each(loads)('%s over two streams, with a token, ends in time', async (_name, ...flags) => {
    const { flags: target } = await serve();
    const { exitCode, stdout } = await runWperf([...target, ...flags, '-P', '2', '-t', '0.3', '-J']);
    expect(exitCode).toBe(0);
    expectReport(JSON.parse(stdout));
    expect(JSON.parse(stdout)).toMatchObject({ start: { dialect: 'legacy' }, end: { interrupted: false } });
    expect(JSON.parse(stdout).end.streams.length).toBeGreaterThanOrEqual(2);
  });

  it.each(['tcp', 'udp', 'kcp'])('load over %s is refused in one line', async (proto) => {
    const { flags } = await serve();
    const { exitCode, stderr } = await runWperf([...flags, '--proto', proto]);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(
      /^wperf: error: [\d.:]+ is the original wperf, whose load goes by WebSocket only: leave --proto away\n$/,
    );
  });

  describe.each(endless)('%s', (name, args) => {
    it('end with Ctrl-C, and tell what they have', async () => {
      const { flags } = await serve();
      const client = await amid(args, flags);
      const { exitCode, stdout } = await client.stop('SIGINT', 8);
      expect(exitCode).toBe(130);
      expect(lastLine(stdout)).toMatchObject({ event: 'end', data: { interrupted: true } });
      if (name === 'pings') expectPing('line', lastLine(stdout));
    });

    it('end with the server, in one line, beside what they have', async () => {
      const { server, flags } = await serve();
      const client = await amid(args, flags);
      await server.process.stop('SIGKILL');
      const { exitCode, stdout } = await client.finished;
      expect(exitCode).toBe(4);
      expect(lastLine(stdout)).toMatchObject({ event: 'error', error_code: 'peer-lost' });
      if (name === 'pings') return;
      const end = linesOf(stdout).at(-2);
      expect(end).toMatchObject({ event: 'end', data: { interrupted: true } });
      const { sum_sent: sent, sum_received: received } = end.data;
      expect((name === 'down' ? received : sent).bytes).toBeGreaterThan(0);
    });
  });
});
