/**
 * A closed port that another address than the target's tells of is a claim to be the target: a host of many addresses
 * may speak so, and a router that rejects. What the target itself answers, on the same way, tells them apart. Pure.
 */
import { limits } from '../defaults/index.js';
import { hopsMade, isClaim, isOwn, type PathSoFar } from './hop.js';
import type { Reply } from './prober.js';
import type { SettledTtl } from './strategy.js';

export interface Claim {
  readonly ttl: number;
  readonly from: string;
  /** Of its way back; absent where the reply's TTL is not known. */
  readonly returnHops?: number;
}

export interface Question {
  readonly claim: Claim;
  readonly targetIp: string;
  /** TTLs before the first that was traced: whoever claims may be nearer than that. */
  readonly skipped: number;
}

/** What a probe other than UDP, sent to the target, met. */
export interface Evidence {
  readonly ttl: number;
  readonly reply: Reply;
}

/** Of a hop that would be the target by nothing but a claim. */
export function claimIn({ ttl, replies }: SettledTtl, path: PathSoFar): Claim | undefined {
  const last = replies.filter((reply) => reply !== null).filter(({ kind }) => kind !== 'time-exceeded');
  const claim = last.find((reply) => isClaim(reply, path));
  if (claim === undefined || last.some((reply) => isOwn(reply, path.targetIp))) return undefined;
  const { from, replyTtl } = claim;
  return { ttl, from, ...(replyTtl === undefined ? {} : { returnHops: hopsMade(replyTtl) }) };
}

/** Three, so that loss does not pass for silence. */
const probesAtClaim = 3;
/** Routers behind the one that claims; the target itself may be much farther. */
const hopsBehind = 3;
const farTtl = 64;

/** Of those that were skipped, the nearest. */
const maxBefore = 30;

/** TTLs of the probes that settle it, in the order to be sent. */
export function ttlsToAsk({ claim: { ttl }, skipped }: Question): number[] {
  const before = Array.from({ length: Math.min(skipped, maxBefore) }, (_, index) => index + 1);
  const here = Array<number>(probesAtClaim).fill(ttl);
  const behind = Array.from({ length: hopsBehind }, (_, index) => ttl + 1 + index);
  const far = Math.max(farTtl, ttl + hopsBehind + 1);
  return [...before, ...here, ...behind, far].filter((asked) => asked <= limits.traceHops.max);
}

/** How many those may be, over both protocols. */
export function maxProbesToAsk(firstHop: number): number {
  return 2 * (Math.min(firstHop - 1, maxBefore) + probesAtClaim + hopsBehind + 1);
}

/**
 * Undefined while it is open, which it never is when the wait `isOver`: a claim against which nothing speaks then stands.
 */
export function verdictOn(
  { claim, targetIp, skipped }: Question,
  evidence: readonly Evidence[],
  isOver: boolean,
): 'target' | 'refused' | undefined {
  const passedOn = evidence.some(({ reply }) => reply.kind === 'time-exceeded' && reply.from === claim.from);
  const here = evidence.filter(({ ttl }) => ttl === claim.ttl).map(({ reply }) => reply);
  const own = here.find((reply) => reply.kind !== 'time-exceeded' && isOwn(reply, targetIp));
  if (passedOn || (own && isFartherThan(claim, own))) return 'refused';
  if (!isOver && (own === undefined ? here.length === 0 : skipped > 0)) return undefined;
  if (own) return 'target';
  return here.length > 0 || evidence.some(({ ttl }) => ttl > claim.ttl) ? 'refused' : 'target';
}

/** One host has one way back, whichever of its addresses it speaks from. */
function isFartherThan({ returnHops }: Claim, { replyTtl }: Reply): boolean {
  return returnHops !== undefined && replyTtl !== undefined && hopsMade(replyTtl) > returnHops;
}
