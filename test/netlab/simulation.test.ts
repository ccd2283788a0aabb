/** Simulated conditions on links that are slow by themselves: they add up, and the ends still agree in time. */
import { expect, onTestFinished, test } from 'vitest';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { addresses, type LabPlan, makeLab } from '../support/netlab.js';
import { measureWithWperf, startWperfServer } from '../support/wperf.js';

const needs = [networkNamespaces, program('nft', 'nftables')];

interface Total {
  readonly bytes: number;
  readonly seconds: number;
  readonly bits_per_second: number;
}

interface Simulated {
  readonly end: {
    readonly sum_sent: Total;
    readonly sum_received: Total;
    readonly simulation: { readonly measured: { readonly rtt_ms: number; readonly loss_percent: number } };
    readonly warnings: readonly string[];
  };
}

async function measure(link: LabPlan, flags: readonly string[]): Promise<Simulated['end']> {
  const lab = await makeLab(onTestFinished, link);
  const { port } = await startWperfServer(onTestFinished, [], { host: addresses.server, within: lab.within('server') });
  const args = ['-c', `${addresses.server}:${port}`, '-t', '4', ...flags];
  const report: unknown = await measureWithWperf(args, { within: lab.within('client'), timeoutSeconds: 30 });
  return (report as Simulated).end;
}

describeNeeding('a link of 10 Mbit/s and 20 ms', needs, () => {
  test.each([[[]], [['-R']]])('is still filled behind a simulated 100 ms, and pushes back, %j', async (way) => {
    const end = await measure({ rateMbit: 10, queueMs: 100, delayMs: 10 }, ['--sim-latency', '100', ...way]);
    const told = JSON.stringify(end);
    expect(end.simulation.measured.rtt_ms, told).toBeGreaterThanOrEqual(220);
    expect(end.simulation.measured.rtt_ms, told).toBeLessThan(240);
    expect(end.sum_received.bits_per_second / 10e6, told).toBeGreaterThan(0.8);
    expect(end.sum_received.seconds, told).toBeCloseTo(4, 0);
    expect(end.sum_sent.bytes - end.sum_received.bytes, told).toBeLessThan(10e6 / 8);
    expect(end.warnings.join(), told).not.toContain('missing');
  });

  test('carries what is not lost', async () => {
    const end = await measure({ rateMbit: 10, delayMs: 10 }, ['--sim-loss', '20', '--sim-mtu', '1400', '-b', '8M']);
    const told = JSON.stringify(end);
    expect(end.simulation.measured.loss_percent, told).toBeGreaterThan(17);
    expect(end.simulation.measured.loss_percent, told).toBeLessThan(23);
    expect(end.sum_sent.bits_per_second / 8e6, told).toBeGreaterThan(0.95);
    expect(end.sum_received.bytes / end.sum_sent.bytes, told).toBeGreaterThan(0.74);
    expect(end.sum_received.bytes / end.sum_sent.bytes, told).toBeLessThan(0.83);
  });
});
