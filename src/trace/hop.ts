/** What the probes of one TTL say about the hop there. Pure. */
import type { Hop, HopAddress, RttStatistics } from '../events/hop.js';
import type { TraceProtocol } from '../events/route.js';
import type { Reply } from './prober.js';
import type { SettledTtl } from './strategy.js';

/** What tells who ended the path. */
export interface PathSoFar {
  readonly targetIp: string;
  readonly protocol: TraceProtocol;
  /** Addresses that passed probes on, at this TTL or before. */
  readonly routers: ReadonlySet<string>;
}

export function hopOf(settled: SettledTtl, path: PathSoFar): Hop {
  const replies = settled.replies.filter((reply) => reply !== null);
  const last = replies.filter((reply) => reply.kind !== 'time-exceeded');
  const counts = { sent: settled.replies.length, lost: settled.replies.length - replies.length };
  return {
    ttl: settled.ttl,
    addresses: addressesOf(replies),
    ...counts,
    rtt: statisticsOf(replies.map((reply) => reply.rttMs)),
    rateLimited: limitsRate(counts, settled.leastLaterLoss),
    ...(last.length === 0 ? {} : { end: last.some((reply) => isTarget(reply, path)) ? 'target' : 'refused' }),
  };
}

/** TTLs whose loss some later hop does not share. */
export function rateLimitedTtls(hops: readonly Pick<Hop, 'ttl' | 'sent' | 'lost'>[]): number[] {
  const limited: number[] = [];
  let leastLaterLoss = 1;
  for (const hop of [...hops].sort((a, b) => b.ttl - a.ttl)) {
    if (limitsRate(hop, leastLaterLoss)) limited.unshift(hop.ttl);
    leastLaterLoss = Math.min(leastLaterLoss, lossOf(hop));
  }
  return limited;
}

/** A hop that is wholly silent limits nothing: it just does not answer. */
function limitsRate(hop: Pick<Hop, 'sent' | 'lost'>, leastLaterLoss: number): boolean {
  return lossOf(hop) < 1 && lossOf(hop) > leastLaterLoss;
}

function lossOf({ sent, lost }: Pick<Hop, 'sent' | 'lost'>): number {
  return sent === 0 ? 1 : lost / sent;
}

export function statisticsOf(samples: readonly number[]): RttStatistics | null {
  if (samples.length === 0) return null;
  const avgMs = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  const variance = samples.reduce((sum, sample) => sum + (sample - avgMs) ** 2, 0) / samples.length;
  return { minMs: Math.min(...samples), avgMs, maxMs: Math.max(...samples), stddevMs: Math.sqrt(variance) };
}

/** Hops that a packet has made, counting its arrival as one, by the nearest initial TTL in use. */
export function hopsMade(replyTtl: number): number {
  const initial = [32, 64, 128, 255].find((candidate) => candidate >= replyTtl) ?? 255;
  return initial - replyTtl + 1;
}

function isTarget(reply: Reply, path: PathSoFar): boolean {
  return isOwn(reply, path.targetIp) || isClaim(reply, path);
}

/** Of a reply that ends the path. */
export function isOwn({ kind, from }: Reply, targetIp: string): boolean {
  return kind === 'answer' || from === targetIp;
}

/**
 * A closed port of UDP may be the target's word, even from another of its addresses: routers answer from the side that
 * they were asked on. But one that has passed probes on is a router that rejects, as is whoever speaks of ports to what
 * has none, or in place of the reset of TCP (RFC 1122, section 4.2.3.9).
 */
export function isClaim({ kind, code, from }: Reply, { protocol, routers }: PathSoFar): boolean {
  return kind === 'unreachable' && code === '' && protocol === 'udp' && !routers.has(from);
}

export function routersIn({ replies }: SettledTtl): string[] {
  return replies.flatMap((reply) => (reply?.kind === 'time-exceeded' ? [reply.from] : []));
}

function addressesOf(replies: readonly Reply[]): HopAddress[] {
  const ips = [...new Set(replies.map((reply) => reply.from))];
  return ips.map((ip) =>
    addressOf(
      ip,
      replies.filter((reply) => reply.from === ip),
    ),
  );
}

function addressOf(ip: string, replies: readonly Reply[]): HopAddress {
  const latest = replies.findLast((reply) => reply.replyTtl !== undefined);
  return {
    ip,
    rttsMs: replies.map((reply) => reply.rttMs),
    codes: [...new Set(replies.map((reply) => reply.code))].filter((code) => code !== ''),
    mpls: replies.findLast((reply) => reply.mpls.length > 0)?.mpls ?? [],
    ...(latest?.replyTtl === undefined ? {} : { replyTtl: latest.replyTtl, returnHops: hopsMade(latest.replyTtl) }),
  };
}
