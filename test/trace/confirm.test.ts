/** A claim to be the target is settled before its hop is told. */
import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../src/events/route.js';
import { confirmClaim } from '../../src/trace/confirm.js';
import { Waker } from '../../src/trace/engine.js';
import { traceSettings } from '../../src/trace/options.js';
import type { Prober, Reply } from '../../src/trace/prober.js';
import { type TraceParts, traceWith } from '../../src/trace/traceroute.js';

const target = { ip: '127.0.0.1', family: 4, scopeId: 0 } as const;
const claim = { ttl: 1, from: '192.0.2.1' };
const settings = traceSettings({ host: '127.0.0.1', names: false, queries: 1 });

/** Every probe meets a closed port of another address. */
function claimedTrace(confirm?: TraceParts['confirm']): AsyncGenerator<TraceEvent, void> {
  const waker = new Waker();
  const replies: Reply[] = [];
  const prober: Prober = {
    name: 'linux-raw',
    protocol: 'udp',
    send: ({ id }) => {
      replies.push({ id, from: claim.from, kind: 'unreachable', code: '', rttMs: 1, mpls: [] });
      waker.wake();
    },
    receive: () => replies.splice(0),
    close: () => {},
  };
  return traceWith({ settings, target, prober, waker, ...(confirm && { confirm }) }, {});
}

async function endOf(events: AsyncIterable<TraceEvent>) {
  const ends: unknown[] = [];
  for await (const event of events) {
    if (event.type === 'trace-hop') ends.push(event.end);
    if (event.type === 'trace-end') ends.push(event.reason);
  }
  return ends;
}

describe('a trace whose end is claimed', () => {
  test('ends as is found', async () => {
    expect(await endOf(claimedTrace(async () => 'refused'))).toEqual(['refused', 'refused']);
    expect(await endOf(claimedTrace(async () => 'target'))).toEqual(['target', 'target']);
    expect(await endOf(claimedTrace())).toEqual(['target', 'target']);
  });

  test('is told of what is claimed and where', async () => {
    const asked: unknown[] = [];
    await endOf(claimedTrace(async (made) => void asked.push(made)));
    expect(asked).toEqual([claim]);
  });

  test('is an interrupted one where it ends before that is found, and its hop is not the last', async () => {
    expect(await endOf(claimedTrace(async () => undefined))).toEqual([undefined, 'interrupted']);
  });
});

describe.skipIf(process.platform !== 'linux')('the target asked (Linux)', () => {
  test('answers for itself', async () => {
    expect(await confirmClaim(claim, target, settings, undefined)).toBe('target');
  });

  test('is not waited for once the trace is to end', async () => {
    expect(await confirmClaim(claim, target, settings, AbortSignal.abort())).toBeUndefined();
    const during = new AbortController();
    const asked = confirmClaim(claim, target, settings, during.signal);
    during.abort();
    expect(await asked).toBeUndefined();
  });
});
