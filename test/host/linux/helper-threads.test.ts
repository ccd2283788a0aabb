/** Threads that compile and collect, held back while packets are paced. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { fineClock } from '../../../src/host/linux/fine-clock.js';
import { holdBackHelpers } from '../../../src/host/linux/helper-threads.js';
import { openLibc } from '../../../src/host/linux/sockets.js';
import { describeNeeding, root, systemCalls } from '../../support/needs.js';

/** Of the program's own thread, and of the others: field 41 of proc_pid_stat(5). */
function policies(): { readonly own: number; readonly others: readonly number[] } {
  const policyOf = (thread: string) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38]);
  };
  const [own = '', ...others] = readdirSync('/proc/self/task').sort((a) => (Number(a) === process.pid ? -1 : 1));
  return { own: policyOf(own), others: others.map(policyOf) };
}

const usual = 0;
const idle = 5;

function expectOthers(policy: number): void {
  const { own, others } = policies();
  expect(own).toBe(usual);
  expect(others.length).toBeGreaterThan(3);
  expect(new Set(others)).toEqual(new Set([policy]));
}

describeNeeding('helper threads', [root, systemCalls], () => {
  it('wait for a free processor until they are let go', () => {
    const letGo = holdBackHelpers(openLibc());
    expectOthers(idle);
    letGo();
    expectOthers(usual);
  });

  it('do so while somebody waits on the fine clock, and no longer', async () => {
    const clock = fineClock();
    const cancel = clock?.at(clock.now() + 60, () => {});
    expectOthers(idle);
    cancel?.();
    await vi.waitFor(() => expectOthers(usual));
  });
});
