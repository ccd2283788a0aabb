import { describe, expect, it } from 'vitest';
import { DelayLine } from '../../../src/transport/simulated/delay-line.js';
import { FakeClock } from '../../support/fake-clock.js';

function lineOf(...delays: number[]) {
  const clock = new FakeClock();
  const sent: [name: string, at: number][] = [];
  const line = new DelayLine(clock, () => delays.shift() ?? 0);
  const begun = clock.now();
  const push = (name: string, mayOvertake = false, ready = () => true) =>
    line.push(() => {
      if (!ready()) return false;
      sent.push([name, Number((clock.now() - begun).toFixed(6))]);
      return true;
    }, mayOvertake);
  return { clock, line, sent, push };
}

describe('a delay line', () => {
  it('sends each thing on when its delay has passed, not before', () => {
    const { clock, sent, push } = lineOf(0.05, 0.05);
    push('a');
    clock.advance(0.02);
    push('b');
    clock.advance(0.0299);
    expect(sent).toEqual([]);
    clock.advance(0.0001);
    expect(sent).toEqual([['a', 0.05]]);
    clock.advance(1);
    expect(sent).toEqual([
      ['a', 0.05],
      ['b', 0.07],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('keeps the order where TCP would, however the delays fall', () => {
    const { clock, sent, push } = lineOf(0.09, 0.01, 0.05);
    for (const name of ['a', 'b', 'c']) push(name);
    clock.advance(1);
    expect(sent.map(([name]) => name)).toEqual(['a', 'b', 'c']);
    expect(sent[1]?.[1]).toBe(0.09);
  });

  it('lets packets overtake each other, but nothing else', () => {
    const { clock, sent, push } = lineOf(0.02, 0.09, 0.01, 0.05, 0, 0.01);
    push('start');
    for (const name of ['1', '2', '3']) push(name, true);
    push('sent');
    push('4', true);
    clock.advance(1);
    expect(sent.map(([name]) => name)).toEqual(['start', '2', '3', '1', 'sent', '4']);
  });

  it('sends on at once what has no delay', () => {
    const { clock, sent, push } = lineOf();
    push('a');
    expect(sent).toEqual([['a', 0]]);
    expect(clock.pending).toBe(0);
  });

  it('holds up the rest behind what cannot be sent on yet', () => {
    const { clock, line, sent, push } = lineOf(0.01, 0.01, 0.01);
    let ready = false;
    push('a');
    push('b', false, () => ready);
    push('c');
    clock.advance(1);
    expect(sent.map(([name]) => name)).toEqual(['a']);
    expect(line.length).toBe(2);
    ready = true;
    line.resume();
    expect(sent.map(([name]) => name)).toEqual(['a', 'b', 'c']);
  });

  it('takes many things in any order of their delays', () => {
    const delays = Array.from({ length: 5000 }, (_, i) => ((i * 7919) % 5000) / 1000);
    const { clock, line, sent, push } = lineOf(...delays);
    for (let i = 0; i < 5000; i++) push(String(i), true);
    clock.advance(10);
    expect(sent.map(([, at]) => at)).toEqual(delays.toSorted((a, b) => a - b));
    expect(line.length).toBe(0);
  });

  it('forgets everything at its end, also what comes after it, and leaves no timer', () => {
    const { clock, line, sent, push } = lineOf(0.05, 0.07, 0);
    push('a');
    push('b');
    line.end();
    push('c');
    expect(clock.pending).toBe(0);
    clock.advance(1);
    expect(sent).toEqual([]);
  });
});
