/** Who ends a path where another address than the target's tells of a closed port. */
import { describe, expect, test } from 'vitest';
import { traceService } from '../../src/defaults/index.js';
import { type Claim, claimIn, maxProbesToAsk, ttlsToAsk, verdictOn } from '../../src/trace/claim.js';
import type { Reply } from '../../src/trace/prober.js';

const targetIp = '192.0.2.9';
const claimant = '192.0.2.1';
const other = '192.0.2.5';

function reply(given: Partial<Reply>): Reply {
  return { id: 0, from: claimant, kind: 'unreachable', code: '', rttMs: 1, mpls: [], ...given };
}

describe('a claim', () => {
  const path = { targetIp, protocol: 'udp', routers: new Set<string>() } as const;
  const claimOf = (replies: (Reply | null)[], given = {}) =>
    claimIn({ ttl: 4, replies, leastLaterLoss: 1 }, { ...path, ...given });

  test('is a closed port of UDP from another address, with the length of its way back', () => {
    expect(claimOf([null, reply({ replyTtl: 62 })])).toEqual({ ttl: 4, from: claimant, returnHops: 3 });
    expect(claimOf([reply({ kind: 'time-exceeded', from: other }), reply({})])).toEqual({ ttl: 4, from: claimant });
  });

  test.each([
    { name: 'silence', replies: [null] },
    { name: "the target's own word", replies: [reply({ from: targetIp })] },
    { name: "the target's own word beside it", replies: [reply({}), reply({ from: targetIp })] },
    { name: 'another refusal', replies: [reply({ code: '!X' })] },
    { name: 'a router on the way', replies: [reply({ kind: 'time-exceeded' })] },
    { name: 'one that has passed probes on', replies: [reply({})], given: { routers: new Set([claimant]) } },
    { name: 'a word about what has no port', replies: [reply({})], given: { protocol: 'icmp' } },
  ])('is not $name', ({ replies, given }) => {
    expect(claimOf(replies, given)).toBeUndefined();
  });
});

describe('the probes', () => {
  const claim = { ttl: 4, from: claimant };

  test('are more where it claims than behind it, and come before those', () => {
    expect(ttlsToAsk({ claim, targetIp, skipped: 0 })).toEqual([4, 4, 4, 5, 6, 7, 64]);
  });

  test('go to the hops too that the trace skipped', () => {
    expect(ttlsToAsk({ claim, targetIp, skipped: 3 })).toEqual([1, 2, 3, 4, 4, 4, 5, 6, 7, 64]);
  });

  test('live no longer than a packet can, and are no more than is told', () => {
    for (const ttl of [1, 64, 200, 253, 255]) {
      const ttls = ttlsToAsk({ claim: { ttl, from: claimant }, targetIp, skipped: ttl - 1 });
      expect(Math.max(...ttls)).toBeLessThanOrEqual(255);
      expect(ttls.filter((asked) => asked === ttl)).toHaveLength(3);
      expect(ttls.length).toBeLessThanOrEqual(maxProbesToAsk(ttl));
      expect(maxProbesToAsk(ttl)).toBeLessThan(traceService.defaults.packets);
    }
  });
});

describe('the verdict', () => {
  const near: Claim = { ttl: 4, from: claimant, returnHops: 4 };
  const own = (ttl: number, replyTtl?: number) => ({
    ttl,
    reply: reply({ kind: 'answer', from: targetIp, ...(replyTtl && { replyTtl }) }),
  });
  const exceeded = (ttl: number, from: string) => ({ ttl, reply: reply({ kind: 'time-exceeded', from }) });
  const verdict = (evidence: Parameters<typeof verdictOn>[1], isOver = false, claim: Claim = near, skipped = 0) =>
    verdictOn({ claim, targetIp, skipped }, evidence, isOver);

  test('is the target at once where the target itself answers there', () => {
    expect(verdict([own(5), own(4)])).toBe('target');
    expect(verdict([own(4, 61)])).toBe('target');
    expect(verdict([own(4, 252)])).toBe('target');
    expect(verdict([{ ttl: 4, reply: reply({ from: targetIp, code: '!X' }) }])).toBe('target');
  });

  test('is a refusal where the answer of the target has a longer way back', () => {
    expect(verdict([own(4, 60)])).toBe('refused');
    expect(verdict([own(4, 60)], false, { ttl: 4, from: claimant })).toBe('target');
  });

  test('is a refusal at once where a probe is passed on, or rejected, in that place', () => {
    expect(verdict([exceeded(4, claimant)])).toBe('refused');
    expect(verdict([exceeded(4, other)])).toBe('refused');
    expect(verdict([{ ttl: 4, reply: reply({}) }])).toBe('refused');
    expect(verdict([{ ttl: 4, reply: reply({ from: other, code: '!X' }) }])).toBe('refused');
  });

  test('waits while there is silence in that place', () => {
    expect(verdict([])).toBeUndefined();
    expect(verdict([exceeded(5, other), own(64)])).toBeUndefined();
  });

  test('is a refusal where there was silence all the time, and more behind it', () => {
    expect(verdict([own(64)], true)).toBe('refused');
    expect(verdict([exceeded(5, other)], true)).toBe('refused');
  });

  test('lets the claim stand where nothing speaks against it', () => {
    expect(verdict([], true)).toBe('target');
    expect(verdict([exceeded(3, other)], true, near, 3)).toBe('target');
  });

  test('waits for the hops that the trace skipped, since the one that claims may be among them', () => {
    expect(verdict([own(4)], false, near, 3)).toBeUndefined();
    expect(verdict([own(4), exceeded(2, claimant)], false, near, 3)).toBe('refused');
    expect(verdict([own(4), exceeded(2, other)], true, near, 3)).toBe('target');
  });
});
