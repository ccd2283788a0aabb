/** Packets over links that are slower than the rate asked for, slow by themselves, or lossy. */
import { expect, onTestFinished, test } from 'vitest';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { addresses, type LabPlan, makeLab } from '../support/netlab.js';
import { measureWithWperf, startWperfServer } from '../support/wperf.js';

const needs = [networkNamespaces, program('nft', 'nftables')];

interface Datagrams {
  readonly end: {
    readonly streams: readonly {
      readonly udp: {
        readonly bits_per_second: number;
        readonly lost_packets: number;
        readonly packets: number;
        readonly lost_percent: number;
        readonly skipped_packets: number;
        readonly sender_late_seconds: number;
        readonly jitter_ms: number;
        readonly delay_variation_ms: { readonly median: number; readonly p95: number; readonly max: number };
        readonly seconds: number;
      };
    }[];
    readonly warnings: readonly string[];
  };
}

async function measure(link: LabPlan, flags: readonly string[]) {
  const lab = await makeLab(onTestFinished, link);
  const { port } = await startWperfServer(onTestFinished, [], { host: addresses.server, within: lab.within('server') });
  const args = ['-c', `${addresses.server}:${port}`, '-u', ...flags];
  const report: unknown = await measureWithWperf(args, { within: lab.within('client'), timeoutSeconds: 30 });
  const { streams, warnings } = (report as Datagrams).end;
  const [stream] = streams;
  if (!stream) throw new Error('no stream');
  return { ...stream.udp, warnings };
}

describeNeeding('packets', needs, () => {
  test.each([[[]], [['-R']]])('at twice what the link carries are half lost, and the queue shows, %j', async (way) => {
    const seen = await measure({ rateMbit: 10, queueMs: 100 }, ['-b', '20M', '-t', '5', ...way]);
    const told = JSON.stringify(seen);
    expect(seen.lost_percent, told).toBeGreaterThan(40);
    expect(seen.lost_percent, told).toBeLessThan(65);
    expect(seen.lost_packets - seen.skipped_packets, told).toBe(0);
    expect(seen.bits_per_second / 10e6, told).toBeGreaterThan(0.8);
    expect(seen.bits_per_second / 10e6, told).toBeLessThan(1);
    expect(seen.delay_variation_ms.p95, told).toBeGreaterThan(10);
    expect(seen.warnings.join(), told).toContain('the path took less than was asked');
    expect(seen.seconds, told).toBeLessThan(7.1);
  });

  test('on their way when the test ends are not taken for lost', async () => {
    const seen = await measure({ rateMbit: 100, delayMs: 80 }, ['-b', '5M', '-t', '3']);
    expect(seen.lost_packets, JSON.stringify(seen)).toBe(0);
    expect(seen.packets).toBeGreaterThan(1300);
  });

  test('over a lossy link are late, not lost', async () => {
    const seen = await measure({ rateMbit: 100, delayMs: 20, lossPercent: 1 }, ['-b', '2M', '-t', '5']);
    const told = JSON.stringify(seen);
    expect(seen.lost_percent, told).toBeLessThan(1);
    expect(seen.delay_variation_ms.max, told).toBeGreaterThan(30);
    expect(seen.jitter_ms, told).toBeGreaterThan(0);
  });
});
