/** Asks the target itself by ICMP, and by TCP where that brings nothing, when another address has spoken in its name. */
import { waits } from '../defaults/index.js';
import type { Hop } from '../events/hop.js';
import { onAbort } from '../host/abort.js';
import { type Claim, type Evidence, type Question, ttlsToAsk, verdictOn } from './claim.js';
import { Waker } from './engine.js';
import { openProber } from './open.js';
import type { TraceSettings } from './options.js';
import type { TraceTarget } from './prober.js';

/** Who it is that ends the path; undefined when the signal aborts before that is known. Where nobody can be asked, the claim stands. */
export async function confirmClaim(
  claim: Claim,
  target: TraceTarget,
  settings: TraceSettings,
  signal: AbortSignal | undefined,
): Promise<Hop['end']> {
  const question = { claim, targetIp: target.ip, skipped: settings.firstHop - 1 };
  for (const protocol of ['icmp', 'tcp'] as const) {
    // That this machine does not let such probes out says nothing of the target.
    const evidence = await ask(question, target, { ...settings, protocol }, signal).catch(() => []);
    if (signal?.aborted) return undefined;
    if (evidence.length > 0) return verdictOn(question, evidence, true);
  }
  return 'target';
}

/** What came back until that settled it, or the time was over. */
async function ask(
  question: Question,
  target: TraceTarget,
  { port: _, ...settings }: TraceSettings,
  signal: AbortSignal | undefined,
): Promise<Evidence[]> {
  const waker = new Waker();
  const prober = await openProber(target, settings, waker.wake);
  const forgetSignal = onAbort(signal, waker.wake);
  try {
    const ttls = ttlsToAsk(question);
    for (const [id, ttl] of ttls.entries()) prober.send({ id, ttl });
    const untilMs = performance.now() + Math.min(waits.claimMs, settings.timeoutSeconds * 1000);
    const evidence: Evidence[] = [];
    while (!signal?.aborted) {
      const leftMs = untilMs - performance.now();
      for (const reply of prober.receive()) evidence.push({ ttl: ttls[reply.id] ?? 0, reply });
      if (verdictOn(question, evidence, leftMs <= 0) !== undefined) break;
      await waker.sleep(leftMs);
    }
    return evidence;
  } finally {
    forgetSignal();
    prober.close();
  }
}
