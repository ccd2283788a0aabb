import { describe, expect, it } from 'vitest';
import { bounds } from '../../../src/defaults/index.js';
import { Pinger, type PingerOptions } from '../../../src/modes/ping/pinger.js';
import { FakeClock } from '../../support/fake-clock.js';

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A channel whose pings are answered by hand. */
function probing(changes: Partial<PingerOptions> = {}) {
  const clock = new FakeClock();
  const answers: ((rttMs: number) => void)[] = [];
  const sentAt: number[] = [];
  const told: [number, number | undefined][] = [];
  const begun = clock.now();
  const echo = {
    ping: () => {
      sentAt.push(Math.round((clock.now() - begun) * 1000) / 1000);
      return new Promise<number>((resolve) => answers.push(resolve));
    },
  };
  const pinger = new Pinger({
    ...{ echo, clock, intervalSeconds: 1, count: 3, until: begun + 1000, answerSeconds: 5 },
    onAnswer: (seq, rttMs) => told.push([seq, rttMs]),
    ...changes,
  });
  let finished = false;
  pinger.finished.then(() => {
    finished = true;
  });
  return { clock, answers, sentAt, told, pinger, isFinished: () => finished };
}

describe('a pinger', () => {
  it('sends at a steady rate, whether or not earlier pings are answered', async () => {
    const { clock, answers, sentAt, told, isFinished } = probing();
    clock.advance(4);
    expect(sentAt).toEqual([0, 1, 2]);
    for (const [seq, answer] of answers.entries()) answer(10 + seq);
    await settled();
    expect(told).toEqual([
      [0, 10],
      [1, 11],
      [2, 12],
    ]);
    expect(isFinished()).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('gives a ping up after its time and ends', async () => {
    const { clock, answers, told, isFinished } = probing({ count: 2 });
    clock.advance(1);
    answers[1]?.(7);
    await settled();
    expect(isFinished()).toBe(false);
    clock.advance(4.5);
    await settled();
    expect(told).toEqual([
      [1, 7],
      [0, undefined],
    ]);
    expect(isFinished()).toBe(true);
  });

  it('sends no burst after a pause', () => {
    const { clock, sentAt } = probing({ count: 100, intervalSeconds: 0.1 });
    clock.advance(0.25);
    clock.advance(3, 2);
    expect(sentAt.length).toBeLessThan(20);
    const gaps = sentAt.slice(1).map((moment, i) => moment - (sentAt[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(0);
  });

  it('has no more out at first than its connection sends at once, and then one more for each answer', async () => {
    const { clock, answers, pinger } = probing({ count: 1e6, intervalSeconds: 0.1, answerSeconds: 1e6 });
    clock.advance(10);
    expect(pinger.sent).toBe(bounds.firstPingsInFlight);
    for (const answer of answers) answer(1);
    await settled();
    clock.advance(10);
    expect(pinger.unanswered()).toHaveLength(2 * bounds.firstPingsInFlight);
  });

  it('has none beyond that out either without an interval', async () => {
    const { clock, answers, pinger, told } = probing({ intervalSeconds: 0, patienceSeconds: 0.003, count: 20 });
    clock.advance(0.26);
    expect(pinger.sent).toBe(bounds.firstPingsInFlight);
    answers[0]?.(260);
    await settled();
    clock.advance(0.1);
    expect(pinger.unanswered()).toHaveLength(bounds.firstPingsInFlight);
    for (let i = 1; i < 20; i += 1) {
      answers[i]?.(260);
      await settled();
      clock.advance(0.01);
    }
    expect(told).toHaveLength(20);
  });

  it('lets one that is held up hold up no others, where round trips are short', async () => {
    const { clock, answers, pinger } = probing({ intervalSeconds: 0, patienceSeconds: 0.003, count: 20 });
    clock.advance(0.001);
    answers[0]?.(1);
    await settled();
    clock.advance(0.04);
    expect(pinger.sent).toBe(2);
    answers[1]?.(40);
    await settled();
    expect(pinger.sent).toBe(3);
  });

  it('has a bounded number of pings out, and none after its last moment', () => {
    const wished = { count: 1e6, intervalSeconds: 0.1, answerSeconds: 1e6, answersBefore: 1e6 };
    const { clock, sentAt, pinger } = probing(wished);
    clock.advance(100);
    expect(pinger.sent).toBe(bounds.pingsInFlight);
    expect(sentAt).toHaveLength(bounds.pingsInFlight);
    const short = probing({ until: 100.5, count: 100, intervalSeconds: 0.2 });
    short.clock.advance(10);
    expect(short.sentAt).toEqual([0, 0.2, 0.4]);
  });

  it('without an interval sends the next upon each answer', async () => {
    const { answers, sentAt, isFinished } = probing({ intervalSeconds: 0, count: 2 });
    expect(sentAt).toHaveLength(1);
    answers[0]?.(1);
    await settled();
    expect(sentAt).toHaveLength(2);
    answers[1]?.(1);
    await settled();
    expect(isFinished()).toBe(true);
  });

  it('tells nothing once it is stopped, but how long pings have been out', async () => {
    const { clock, answers, told, pinger } = probing();
    clock.advance(0.5);
    expect(clock.now() - (pinger.unanswered()[0] ?? 0)).toBeCloseTo(0.5);
    pinger.stop();
    answers[0]?.(1);
    await settled();
    expect(told).toEqual([]);
  });
});
