import { expect, onTestFinished, test } from 'vitest';
import { exitUponSignals, onInterrupt } from '../../src/cli/run/process/signals.js';

test('a signal is listened to all the while, lest one be lost that is just coming', () => {
  const left: number[] = [];
  const watch = (event: string | symbol) => {
    if (event === 'SIGHUP') left.push(process.listenerCount(event) - before);
  };
  const before = process.listenerCount('SIGHUP');
  process.on('removeListener', watch);
  onTestFinished(keepListeners(['SIGINT', 'SIGTERM', 'SIGHUP']));
  onTestFinished(() => void process.off('removeListener', watch));
  exitUponSignals();
  onInterrupt(() => {});
  expect(left).toEqual([1]);
});

/** Gives what takes away whoever begins to listen from now on. */
function keepListeners(signals: readonly NodeJS.Signals[]): () => void {
  const kept = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
  return () => {
    for (const [signal, old] of kept) {
      for (const one of process.listeners(signal)) if (!old.includes(one)) process.off(signal, one);
    }
  };
}
