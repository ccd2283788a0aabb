/** A clock that is finer than the event loop's own timers. */
import { readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Clock } from '../../../src/host/clock.js';
import { fineClock } from '../../../src/host/linux/fine-clock.js';
import { bundled } from '../../support/bundle.js';
import { describeHaving, systemCalls } from '../../support/needs.js';
import { run } from '../../support/processes.js';

function clockHere(): Clock {
  const clock = fineClock();
  if (clock === undefined) throw new Error('no fine clock');
  return clock;
}

function timers(): number {
  const links = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return links.filter((link) => link.includes('timerfd')).length;
}

/** Runs at each of these moments from now on; how late each was. */
function latenesses(clock: Clock, delays: readonly number[]): Promise<number[]> {
  const began = clock.now();
  const waits = delays.map(
    (delay) => new Promise<number>((resolve) => clock.at(began + delay, () => resolve(clock.now() - began - delay))),
  );
  return Promise.all(waits);
}

describeHaving('the fine clock', [systemCalls], () => {
  it('ends a wait soon after its moment, and never before', async () => {
    const clock = clockHere();
    const late: number[] = [];
    for (let i = 0; i < 200; i++) late.push(...(await latenesses(clock, [0.0003])));
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    expect(late.sort((a, b) => a - b)[100]).toBeLessThan(0.0005);
  });

  it('keeps those apart who wait at the same time', async () => {
    const clock = clockHere();
    const order: number[] = [];
    const began = clock.now();
    const delays = [0.004, 0.001, 0.003, 0.002, 0.001, 0];
    await Promise.all(
      delays.map(
        (delay, index) =>
          new Promise<void>((resolve) => {
            clock.at(began + delay, () => {
              expect(clock.now()).toBeGreaterThanOrEqual(began + delay);
              order.push(index);
              resolve();
            });
          }),
      ),
    );
    expect(order).toEqual([5, 1, 4, 3, 2, 0]);
    expect(timers()).toBeLessThanOrEqual(1);
  });

  it('runs nothing that was cancelled, and the others all the same', async () => {
    const clock = clockHere();
    const cancelled = vi.fn();
    const cancels = [0, 0.001, 0.002].map((delay) => clock.at(clock.now() + delay, cancelled));
    const other = latenesses(clock, [0.003]);
    for (const cancel of cancels) cancel();
    await other;
    for (const cancel of cancels) cancel();
    expect(cancelled).not.toHaveBeenCalled();
  });

  it('goes on after a task that waits anew, for a time that is over too', async () => {
    const clock = clockHere();
    let runs = 0;
    let turns = 0;
    await new Promise<void>((resolve) => {
      const again = () => {
        runs++;
        if (runs === 1) clock.turn(() => turns++);
        if (runs < 50) clock.at(clock.now() - 1, again);
        else resolve();
      };
      clock.at(clock.now(), again);
    });
    expect(turns).toBe(1);
  });

  it('leaves no timer behind when nobody waits', async () => {
    const clock = clockHere();
    await latenesses(clock, [0.001]);
    await vi.waitFor(() => expect(timers()).toBe(0));
    const cancel = clock.at(clock.now() + 60, () => {});
    expect(timers()).toBe(1);
    cancel();
    await vi.waitFor(() => expect(timers()).toBe(0));
  });
});

describe('a process with a fine clock', () => {
  const program = (body: string) => `
    import { fineClock } from '../../src/host/linux/fine-clock.js';
    const clock = fineClock();
    ${body}
  `;

  it.each([
    ['ends by itself', 'clock?.at(clock.now() + 0.05, () => console.log("rang"));', clockIsHere() ? 'rang\n' : ''],
    ['ends at once where the wait was cancelled', 'clock?.at(clock.now() + 60, () => {})();', ''],
    [
      'sees what a task throws, and goes on',
      `process.on('uncaughtException', ({ message }) => console.log(message));
      clock?.at(clock.now() + 0.001, () => { throw new Error('thrown'); });
      clock?.at(clock.now() + 0.002, () => console.log('rang'));`,
      clockIsHere() ? 'thrown\nrang\n' : '',
    ],
    ['has none without koffi', 'console.log(clock);', 'undefined\n', '--require', './test/support/hide-koffi.cjs'],
  ])('%s', async (_title, body, stdout, ...flags) => {
    const file = await bundled(onTestFinished, program(body));
    const finished = await run([process.execPath, ...flags, file], { timeoutSeconds: 10 });
    expect(finished).toMatchObject({ exitCode: 0, stdout, stderr: '' });
  });
});

function clockIsHere(): boolean {
  return fineClock() !== undefined;
}
