/** The lab proved with real tools, since other tests believe its figures. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { describeNeeding, networkNamespaces, program } from './needs.js';
import { addresses, type Lab, makeLab } from './netlab.js';
import { runIperf3, startIperf3Server } from './peers/iperf3.js';
import { output } from './processes.js';
import { undoAfterAll } from './suite.js';
import { UndoStack } from './undo.js';

/** Of this process, since others may have labs of their own. */
async function namespacesNow(): Promise<string[]> {
  const names = (await output(['ip', 'netns', 'list'])).split('\n').map((line) => line.split(' ')[0] ?? '');
  return names.filter((name) => name.startsWith(`wperf-${process.pid}-`));
}

async function ping(lab: Lab, count: number): Promise<{ received: number; averageMs: number }> {
  const { stdout } = await lab.exec('client', ['ping', '-q', '-c', String(count), '-i', '0.02', addresses.server]);
  return {
    received: Number(/(\d+) received/.exec(stdout)?.[1]),
    averageMs: Number(/= [\d.]+\/([\d.]+)\//.exec(stdout)?.[1]),
  };
}

describeNeeding('network lab', [networkNamespaces, program('iperf3'), program('ping', 'iputils-ping')], () => {
  describe('a 50 Mbit/s link behind NAT', () => {
    const later = undoAfterAll();

    test('carries 45 to 50 Mbit/s of payload both ways, from the NAT address', { timeout: 40_000 }, async () => {
      const lab = await makeLab(later, { rateMbit: 50 });
      const server = await startIperf3Server(later, { host: addresses.server, within: lab.within('server') });
      const within = lab.within('client');
      const up = await runIperf3(server, ['-t', '3'], { within });
      const down = await runIperf3(server, ['-t', '3', '-R'], { within });
      for (const { end } of [up, down]) {
        expect(end.sum_received.bits_per_second).toBeGreaterThan(45e6);
        expect(end.sum_received.bits_per_second).toBeLessThan(50e6);
      }
      const peer = await server.process.outputMatching(/Accepted connection from ([\d.]+)/);
      expect(peer[1]).toBe(addresses.nat);
    });
  });

  test('the client cannot be reached from outside', async () => {
    const lab = await makeLab(onTestFinished);
    expect((await ping(lab, 1)).received).toBe(1);
    const outside = ['ip', 'route', 'add', '10.77.0.0/24', 'via', addresses.nat];
    expect((await lab.exec('server', outside)).exitCode).toBe(0);
    const attempt = await lab.exec('server', ['ping', '-q', '-c', '1', '-W', '0.3', addresses.client]);
    expect(attempt.stdout).toContain('100% packet loss');
  });

  test('delay is added once each way', async () => {
    const lab = await makeLab(onTestFinished, { delayMs: 20 });
    const { received, averageMs } = await ping(lab, 10);
    expect(received).toBe(10);
    expect(averageMs).toBeGreaterThanOrEqual(40);
    expect(averageMs).toBeLessThan(60);
  });

  test('loss takes packets', async () => {
    const lab = await makeLab(onTestFinished, { lossPercent: 20 });
    const { received } = await ping(lab, 50);
    // 64 % of the round trips survive; the losses are the same in every run.
    expect(received).toBeGreaterThan(20);
    expect(received).toBeLessThan(45);
  });

  test('a kernel setting applies to its host alone', async () => {
    const lab = await makeLab(onTestFinished, { sysctl: { client: { 'net.ipv4.tcp_wmem': '4096 4194304 4194304' } } });
    const setting = async (host: 'client' | 'server') =>
      (await lab.exec(host, ['sysctl', '-n', 'net.ipv4.tcp_wmem'])).stdout.trim().split(/\s+/);
    expect(await setting('client')).toEqual(['4096', '4194304', '4194304']);
    expect(await setting('server')).not.toEqual(['4096', '4194304', '4194304']);
  });

  test('nothing is left behind, running programs included', async () => {
    const stack = new UndoStack();
    const lab = await makeLab(stack.later, { delayMs: 1 });
    const sleeper = await lab.spawn('server', ['sleep', '60']);
    expect(await namespacesNow()).toEqual(expect.arrayContaining([...lab.namespaces]));
    await stack.undo();
    expect(sleeper.running).toBe(false);
    const left = await namespacesNow();
    expect(left.filter((name) => lab.namespaces.includes(name))).toEqual([]);
  });

  test('a lab that fails halfway is removed too', async () => {
    const stack = new UndoStack();
    const before = await namespacesNow();
    await expect(makeLab(stack.later, { sysctl: { server: { 'no.such.setting': '1' } } })).rejects.toThrow(/no/);
    await stack.undo();
    expect(await namespacesNow()).toEqual(before);
  });
});
