import { describe, expect, test } from 'vitest';
import { Mailbox } from '../../src/host/mailbox.js';
import { Waker } from '../../src/trace/engine.js';
import { traceSettings } from '../../src/trace/options.js';
import type { Probe, Prober, Reply } from '../../src/trace/prober.js';
import { type HopNames, noHopNames } from '../../src/trace/resolve.js';
import { TraceRun } from '../../src/trace/run.js';
import type { SettledTtl } from '../../src/trace/strategy.js';

/** A prober whose path has so many routers, of which the silent ones never answer. */
class FakeProber implements Prober {
  readonly name = 'raw-socket';
  readonly protocol = 'icmp';
  readonly sent: Probe[] = [];
  readonly #wake: () => void;
  readonly #routers: number;
  readonly #silent: ReadonlySet<number>;
  #replies: Reply[] = [];

  constructor(wake: () => void, routers: number, silent: readonly number[] = []) {
    this.#wake = wake;
    this.#routers = routers;
    this.#silent = new Set(silent);
  }

  send(probe: Probe): void {
    this.sent.push(probe);
    if (this.#silent.has(probe.ttl)) return;
    const kind = probe.ttl > this.#routers ? 'answer' : 'time-exceeded';
    setImmediate(() => {
      this.#replies.push({ id: probe.id, from: `router ${probe.ttl}`, kind, code: '', rttMs: 1, mpls: [] });
      this.#wake();
    });
  }

  receive(): readonly Reply[] {
    const replies = this.#replies;
    this.#replies = [];
    return replies;
  }

  close(): void {}
}

/** One whose answers are all followed by more from elsewhere. */
class RepeatingProber extends FakeProber {
  override receive(): readonly Reply[] {
    return super.receive().flatMap((reply) => [reply, ...['x', 'y'].map((from) => ({ ...reply, from }))]);
  }
}

function runOf(prober: (wake: () => void) => Prober, options = {}, signal?: AbortSignal, names = noHopNames) {
  const waker = new Waker();
  const settings = traceSettings({ host: 'host', timeoutSeconds: 0.05, ...options });
  return new TraceRun({ settings, prober: prober(waker.wake), names, waker }, signal);
}

async function all(run: TraceRun): Promise<SettledTtl[]> {
  const known: SettledTtl[] = [];
  for await (const settled of run.known) known.push(settled);
  return known;
}

describe('a run', () => {
  test('asks for no name of what answers a probe once more', async () => {
    const asked: string[] = [];
    const names: HopNames = { nameOf: async (ip) => void asked.push(ip), close: () => {} };
    const run = runOf((wake) => new RepeatingProber(wake, 2), { queries: 1 }, undefined, names);
    run.begin();
    await all(run);
    await run.stop();
    expect([...new Set(asked)].sort()).toEqual(['router 1', 'router 2', 'router 3']);
  });

  test('tells each TTL in order and ends at the target', async () => {
    const run = runOf((wake) => new FakeProber(wake, 4, [2]));
    run.begin();
    const known = await all(run);
    expect(known.map(({ ttl, replies }) => [ttl, replies.filter((reply) => reply !== null).length])).toEqual([
      [1, 3],
      [2, 0],
      [3, 3],
      [4, 3],
      [5, 3],
    ]);
    expect(run.interrupted).toBe(false);
    await run.stop();
    expect(run.interrupted).toBe(false);
  });

  test('a near target keeps most of the window from being sent', async () => {
    let prober: FakeProber | undefined;
    const run = runOf((wake) => {
      prober = new FakeProber(wake, 0);
      return prober;
    });
    run.begin();
    expect((await all(run)).map(({ ttl }) => ttl)).toEqual([1]);
    expect(Math.max(...(prober?.sent ?? []).map(({ ttl }) => ttl))).toBeLessThanOrEqual(4);
  });

  test('the signal ends it with what was heard', async () => {
    const abort = new AbortController();
    const run = runOf((wake) => new FakeProber(wake, 3, [3, 4, 5]), { timeoutSeconds: 60 }, abort.signal);
    run.begin();
    const known: number[] = [];
    for await (const settled of run.known) {
      known.push(settled.ttl);
      if (settled.ttl === 2) abort.abort();
    }
    expect(known.slice(0, 2)).toEqual([1, 2]);
    expect(run.interrupted).toBe(true);
  });

  test('a signal given up beforehand sends nothing', async () => {
    let prober: FakeProber | undefined;
    const make = (wake: () => void) => {
      prober = new FakeProber(wake, 3);
      return prober;
    };
    const run = runOf(make, {}, AbortSignal.abort());
    run.begin();
    expect(await all(run)).toEqual([]);
    expect(prober?.sent).toEqual([]);
    expect(run.interrupted).toBe(true);
  });

  test.each([
    ['', []],
    [', where a router is silent', [2]],
  ])('a busy prober is sent nothing until it wakes%s', async (_which, silent) => {
    let busy = false;
    let ready = () => {};
    const sent: Probe[] = [];
    const run = runOf(
      (wake) => {
        const prober = new FakeProber(wake, 3, silent);
        const send = prober.send.bind(prober);
        ready = () => {
          busy = false;
          wake();
        };
        prober.send = (probe) => {
          expect(busy).toBe(false);
          busy = true;
          sent.push(probe);
          send(probe);
        };
        return Object.defineProperty(prober, 'busy', { get: () => busy });
      },
      { queries: 1, serial: true, lastWordSeconds: 0.1 },
    );
    run.begin();
    const known: number[] = [];
    for await (const { ttl } of run.known) {
      known.push(ttl);
      expect(sent).toHaveLength(ttl);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(sent).toHaveLength(ttl);
      ready();
    }
    expect(known).toEqual([1, 2, 3, 4]);
  });

  test('stop resolves only when the prober is used no more', async () => {
    let prober: FakeProber | undefined;
    const run = runOf((wake) => {
      prober = new FakeProber(wake, 30);
      return prober;
    });
    run.begin();
    await run.stop();
    const sent = prober?.sent.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(prober?.sent.length).toBe(sent);
  });

  test('what a prober throws reaches the consumer', async () => {
    const failing = (wake: () => void): Prober => {
      const prober = new FakeProber(wake, 3);
      prober.send = () => {
        throw new Error('no route');
      };
      return prober;
    };
    const run = runOf(failing);
    run.begin();
    await expect(all(run)).rejects.toThrow('no route');
  });
});

describe('a waker', () => {
  test('a wake before the sleep ends it at once, and only that one', async () => {
    const waker = new Waker();
    waker.wake();
    await waker.sleep(1e6);
    const woken = waker.sleep(1e6);
    waker.wake();
    await woken;
    await waker.sleep(1);
  });
});

test('a mailbox hands over what came before its end, then its failure', async () => {
  const mailbox = new Mailbox<number>();
  mailbox.put(1);
  const seen: number[] = [];
  const reading = (async () => {
    for await (const item of mailbox) seen.push(item);
  })();
  mailbox.put(2);
  mailbox.fail(new Error('over'));
  await expect(reading).rejects.toThrow('over');
  expect(seen).toEqual([1, 2]);
});
