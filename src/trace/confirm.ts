/**
 * Whether whoever spoke of a closed port is the target under another of its addresses, or a router that rejects: probes
 * that the target answers by itself are sent just as far, and farther. Liveness: bounded by `confirming`.
 */
import { onAbort } from '../host/abort.js';
import { Waker } from './engine.js';
import { openProber } from './open.js';
import type { TraceSettings } from './options.js';
import type { Prober, Reply, TraceTarget } from './prober.js';

export interface Doubt {
  readonly target: TraceTarget;
  readonly settings: TraceSettings;
  /** Of the probes that were answered. */
  readonly ttl: number;
}

export type Verdict = 'target' | 'refused';

/** What came back from as far as the doubtful answer, and from beyond. */
export interface Echoes {
  readonly near: readonly Reply[];
  readonly far: readonly Reply[];
}

const confirming = { rounds: 3, roundMs: 300, farTtl: 64 } as const;

/** Where nothing answers but the closed port, its word is taken. */
export async function confirm(doubt: Doubt, signal: AbortSignal | undefined): Promise<Verdict> {
  const over = new AbortController();
  const forget = onAbort(signal, () => over.abort());
  try {
    const asked = (['icmp', 'tcp'] as const).map((protocol) => ask(protocol, doubt, over.signal));
    for (const asking of asked) {
      const verdict = await asking;
      if (verdict) return verdict;
    }
    return 'target';
  } finally {
    over.abort();
    forget();
  }
}

/** Undefined where this protocol cannot be sent, or says nothing. Never rejects. */
async function ask(protocol: 'icmp' | 'tcp', doubt: Doubt, signal: AbortSignal): Promise<Verdict | undefined> {
  const { target, settings } = doubt;
  const { port: _, ...others } = settings;
  const waker = new Waker();
  const forget = onAbort(signal, waker.wake);
  const prober = await openProber(target, { ...others, protocol }, waker.wake).catch(() => undefined);
  try {
    return prober && (await compare(prober, waker, doubt, signal));
  } catch {
    return undefined;
  } finally {
    forget();
    prober?.close();
  }
}

async function compare(
  prober: Prober,
  waker: Waker,
  { target, ttl }: Doubt,
  signal: AbortSignal,
): Promise<Verdict | undefined> {
  const near: Reply[] = [];
  const far: Reply[] = [];
  for (let round = 0; round < confirming.rounds; round += 1) {
    prober.send({ id: 2 * round, ttl });
    prober.send({ id: 2 * round + 1, ttl: confirming.farTtl });
    const until = performance.now() + confirming.roundMs;
    for (let now = performance.now(); now < until && !signal.aborted; now = performance.now()) {
      for (const reply of prober.receive()) (reply.id % 2 === 0 ? near : far).push(reply);
      const verdict = verdictAtOnce({ near, far }, target.ip);
      if (verdict) return verdict;
      await waker.sleep(until - now);
    }
  }
  return verdictInTheEnd({ near, far }, target.ip);
}

/** What one answer settles. Pure. */
export function verdictAtOnce({ near, far }: Echoes, targetIp: string): Verdict | undefined {
  if (near.some((reply) => isOf(reply, targetIp))) return 'target';
  if (near.length > 0 || far.some((reply) => reply.kind === 'unreachable' && !isOf(reply, targetIp))) return 'refused';
  return undefined;
}

/** What an answer settles that has not come. Pure. */
export function verdictInTheEnd(echoes: Echoes, targetIp: string): Verdict | undefined {
  const isBeyond = echoes.far.some((reply) => isOf(reply, targetIp));
  return verdictAtOnce(echoes, targetIp) ?? (isBeyond ? 'refused' : undefined);
}

function isOf({ kind, from }: Reply, targetIp: string): boolean {
  return kind === 'answer' || from === targetIp;
}
