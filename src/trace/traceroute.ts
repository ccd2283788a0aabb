/** The route to a host, hop by hop: resolves, opens a prober, runs the strategy, names and annotates what it hears. */

import type { Hop, HopAddress } from '../events/hop.js';
import type { TraceEnd, TraceEvent, TraceStart } from '../events/route.js';
import { given } from '../given.js';
import { type Claim, claimIn } from './claim.js';
import { confirmClaim } from './confirm.js';
import { Waker } from './engine.js';
import { hopOf, rateLimitedTtls, routersIn } from './hop.js';
import { openProber } from './open.js';
import { type TraceOptions, type TraceSettings, traceSettings } from './options.js';
import type { Prober, TraceTarget } from './prober.js';
import { type HopNames, noHopNames, openHopNames, resolveTarget } from './resolve.js';
import { TraceRun } from './run.js';
import type { TraceTools } from './tools.js';

/**
 * Traces the route to `options.host`. Yields one `trace-start`, each hop in order as soon as it is known, one
 * `trace-end`. Traces may run side by side; each hears only its own replies.
 *
 * Throws a WperfError: `usage`, `dns-failure`, `trace-unavailable` when the system allows no way of probing,
 * `unreachable` when it refuses to send to the target.
 */
export async function* traceroute(options: TraceOptions, tools: TraceTools = {}): AsyncGenerator<TraceEvent, void> {
  const settings = traceSettings(options);
  const target = await resolveTarget(settings.host, settings.family, undefined, tools.signal);
  const waker = new Waker();
  const prober = await openProber(target, settings, waker.wake);
  const confirm = (claim: Claim) => confirmClaim(claim, target, settings, tools.signal);
  yield* traceWith({ settings, target, prober, waker, confirm }, tools);
}

export interface TraceParts {
  readonly settings: TraceSettings;
  readonly target: TraceTarget;
  /** Is closed in the end. */
  readonly prober: Prober;
  /** What the prober wakes. */
  readonly waker: Waker;
  /** Who it is that ends the path; undefined when the signal came before that was known. Without it claims stand. */
  readonly confirm?: (claim: Claim) => Promise<Hop['end']>;
}

/** A trace by a prober that is open already. */
export async function* traceWith(parts: TraceParts, tools: TraceTools): AsyncGenerator<TraceEvent, void> {
  const { settings, target, prober, waker, confirm } = parts;
  const names = settings.names ? openHopNames() : noHopNames;
  const run = new TraceRun({ settings, prober, names, waker }, tools.signal);
  try {
    yield startOf(settings, target, prober);
    run.begin();
    const hops: Hop[] = [];
    const routers = new Set<string>();
    let isOpen = false;
    for await (const settled of run.known) {
      for (const ip of routersIn(settled)) routers.add(ip);
      const path = { targetIp: target.ip, protocol: prober.protocol, routers };
      const claim = claimIn(settled, path);
      const { end: claimed, ...heard } = hopOf(settled, path);
      const end = claim && confirm ? await confirm(claim) : claimed;
      isOpen = claim !== undefined && end === undefined;
      const hop = await described({ ...heard, ...(end && { end }) }, names, tools);
      hops.push(hop);
      yield { type: 'trace-hop', ...hop };
    }
    yield endOf(hops, run.interrupted || isOpen, run.seconds);
  } finally {
    await run.stop();
    prober.close();
  }
}

async function described(hop: Hop, names: HopNames, { annotate }: TraceTools): Promise<Hop> {
  const describe = async (address: HopAddress): Promise<HopAddress> => {
    const name = await names.nameOf(address.ip);
    return { ...address, ...given({ name }), ...annotate?.(address.ip) };
  };
  return { ...hop, addresses: await Promise.all(hop.addresses.map(describe)) };
}

function startOf(settings: TraceSettings, { ip, family }: TraceTarget, prober: Prober): TraceStart {
  const { host, firstHop, maxHops, queries, timeoutSeconds } = settings;
  const { protocol, name, port } = prober;
  return {
    ...{ type: 'trace-start', wallMs: Date.now(), direction: 'forward' },
    ...{ host, ip, family, protocol, prober: name, ...given({ port }) },
    ...{ firstHop, maxHops, queries, timeoutSeconds },
  };
}

function endOf(hops: readonly Hop[], isInterrupted: boolean, seconds: number): TraceEnd {
  return {
    type: 'trace-end',
    reason: isInterrupted ? 'interrupted' : (hops.at(-1)?.end ?? 'hops'),
    hops: hops.length,
    seconds,
    rateLimitedTtls: rateLimitedTtls(hops),
  };
}
