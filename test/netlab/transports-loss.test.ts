/** Load by what is not the WebSocket, over a link that loses and delays. */
import { expect, onTestFinished, test } from 'vitest';
import { moduleFile } from '../support/modules.js';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { labWith } from './transport-lab.js';

const needs = [networkNamespaces, program('nft', 'nftables')];

describeNeeding('over a link that loses 2 percent, behind NAT', needs, () => {
  test.each([['tcp'], ['kcp'], ['plain.mjs'], ['h2.mjs']])('load goes by %s both ways', async (name) => {
    const proto = name.endsWith('.mjs') ? await moduleFile(onTestFinished, name) : name;
    const serverArgs = proto === name ? [] : ['--proto', proto];
    const { measure } = await labWith({ rateMbit: 20, delayMs: 10, lossPercent: 2 }, serverArgs);
    for (const way of [[], ['-R'], ['--bidir', '-P', '2']]) {
      const { start, end } = await measure('--proto', proto, '-t', '2', ...way);
      expect(start.transport).toBe(name.replace('.mjs', ''));
      expect(end.sum_received.bits_per_second).toBeGreaterThan(50_000);
      const { retransmits } = end.streams[0]?.sender?.statistics ?? {};
      if (name === 'kcp') expect(retransmits).toBeGreaterThan(0);
    }
  });
});
