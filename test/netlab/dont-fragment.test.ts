/** `--dont-fragment` over paths that take less than a packet is long, and where the kernel cannot be asked. */
import { expect, onTestFinished, test } from 'vitest';
import { repositoryFile } from '../support/folders.js';
import { describeNeeding, networkNamespaces, program, systemCalls } from '../support/needs.js';
import { ip } from '../support/netlab/namespaces.js';
import { addresses, makeLab } from '../support/netlab.js';
import { startIperf3Server } from '../support/peers/iperf3.js';
import { startWperfServer, wperf } from '../support/wperf.js';

const withoutKoffi = { NODE_OPTIONS: `--require ${repositoryFile('test', 'support', 'hide-koffi.cjs')}` };

/** The client's network takes packets of 1500 bytes, and the link behind its router those of 1300. */
async function labBehindShortLink(...before: readonly string[]) {
  const lab = await makeLab(onTestFinished);
  const [, router = '', server = ''] = lab.namespaces;
  await ip(router, 'link set wan mtu 1300');
  await ip(server, 'link set eth0 mtu 1300');
  const place = { host: addresses.server, within: lab.within('server') };
  const stock = await startIperf3Server(onTestFinished, place);
  const own = { ...place, within: [...place.within, ...before] };
  const { port } = await startWperfServer(onTestFinished, [], own);
  const run = (line: string, options = {}) => lab.exec('client', [...wperf(), ...line.split(' ')], options);
  const atStock = (line: string) => run(`-c ${addresses.server}:${stock.port} --iperf3 -u -t 1 ${line}`);
  const atOwn = (line: string, options = {}) => run(`-c ${addresses.server}:${port} -t 1 ${line}`, options);
  const iperf3 = (line: string) =>
    lab.exec('client', ['iperf3', '-c', addresses.server, '-p', String(port), '-u', '-t', '2', ...line.split(' ')]);
  return { atStock, atOwn, iperf3 };
}

const needs = [networkNamespaces, systemCalls, program('iperf3'), program('nft', 'nftables')];

describeNeeding('--dont-fragment', needs, () => {
  test('of --iperf3 -u ends a test whose packets the path does not take in one piece', async () => {
    const { atStock } = await labBehindShortLink();
    const found = await atStock('-l 1400 --dont-fragment');
    expect(found.stdout).toContain('Socket: no fragments');
    expect(found.stderr).toMatch(
      /error: a connection for load with .* was lost \(packets of 1400 bytes are too long for the path, which takes 1272 in one piece\)/,
    );
    expect(found.exitCode).toBe(4);
    const known = await atStock('-l 2000 --dont-fragment');
    expect([known.exitCode, known.stdout, known.stderr]).toEqual([
      2,
      '',
      expect.stringMatching(
        /^wperf: error: UDP packets of 2000 bytes are too long for the path, which takes 1272 in one piece: give -l\/--length 1272 or less, or leave --dont-fragment away\n$/,
      ),
    ]);
    const fits = JSON.parse((await atStock('-l 1272 --dont-fragment -J')).stdout);
    expect([fits.start.socket_options.asked.dont_fragment, fits.end.sum.lost_percent]).toEqual([true, 0]);
    expect((await atStock('-l 1400')).exitCode).toBe(0);
  });

  test.each(['', '-R', '--bidir'])('of --proto udp says what gets through, "%s"', async (way) => {
    const { atOwn } = await labBehindShortLink();
    const line = `--proto udp -l 1400 ${way}`.trim();
    const { exitCode, stderr } = await atOwn(`${line} --dont-fragment`);
    expect(stderr).toMatch(/UDP packets of 1400 bytes do not get through, though those of 12\d\d do/);
    expect(exitCode).toBe(2);
    expect((await atOwn(line)).exitCode).toBe(0);
    const fits = JSON.parse((await atOwn(`${line.replace('1400', '1200')} --dont-fragment -J`)).stdout);
    expect(fits.start.socket_options.asked.dont_fragment).toBe(true);
  });

  test('of an iperf3 client holds for what a wperf server sends, and is told as by its own', async () => {
    const { iperf3 } = await labBehindShortLink();
    const { exitCode, stderr } = await iperf3('-R -l 1400 --dont-fragment');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('unable to write to stream socket: Message too')]);
    expect((await iperf3('-R -l 1200 --dont-fragment')).exitCode).toBe(0);
    expect((await iperf3('-R -l 1400')).exitCode).toBe(0);
  });

  test('is refused in one line by an end that sends and cannot ask its kernel', async () => {
    const { atOwn } = await labBehindShortLink('env', `NODE_OPTIONS=${withoutKoffi.NODE_OPTIONS}`);
    const line = '--proto udp -l 1200 --dont-fragment';
    const here = await atOwn(line, { env: withoutKoffi });
    expect([here.exitCode, here.stderr]).toEqual([
      5,
      expect.stringMatching(/^wperf: error: --dont-fragment cannot be set at this machine: .*\n$/),
    ]);
    const there = await atOwn(`${line} -R`);
    expect([there.exitCode, there.stderr]).toEqual([
      3,
      expect.stringMatching(/^wperf: error: .*--dont-fragment cannot be set at the server: .*\n$/),
    ]);
    expect((await atOwn(line)).exitCode).toBe(0);
  });
});

describeNeeding('a path that comes to take less while a test runs', needs, () => {
  test.each([
    ['udp', 'client', '', 1472],
    ['udp', 'server', '-R', 1472],
    ['kcp', 'client', '', 1400],
  ] as const)('ends one over %s that the %s sends', async (proto, end, way, bytes) => {
    const lab = await makeLab(onTestFinished);
    const [client = '', , server = ''] = lab.namespaces;
    const place = { host: addresses.server, within: lab.within('server') };
    const { port } = await startWperfServer(onTestFinished, [], place);
    const line = `-c ${addresses.server}:${port} --proto ${proto} -b 2M -t 10 --json-stream ${way}`.trim();
    const test = await lab.spawn('client', [...wperf(), ...line.split(' ')]);
    await test.outputMatching(/"event":"interval"/);
    await ip(end === 'client' ? client : server, 'link set eth0 mtu 1300');
    const { exitCode, stdout } = await test.finished;
    expect(exitCode).toBe(4);
    const { data } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(JSON.stringify(data)).toContain(
      `(packets of ${bytes} bytes are too long for the path, which takes 1272 in one piece)`,
    );
  });
});
