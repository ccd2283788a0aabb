import { expect, test } from 'vitest';
import { hopOf, hopsMade, rateLimitedTtls, statisticsOf } from '../../src/trace/hop.js';
import type { Reply } from '../../src/trace/prober.js';

const targetIp = '192.0.2.9';
const target = { targetIp, protocol: 'udp', routers: new Set<string>() } as const;

function reply(given: Partial<Reply>): Reply {
  return { id: 0, from: '192.0.2.1', kind: 'time-exceeded', code: '', rttMs: 1, mpls: [], ...given };
}

const settled = (...replies: (Reply | null)[]) => ({ ttl: 3, replies, leastLaterLoss: 1 });

test('replies of one address are gathered in order, those of others beside it', () => {
  const hop = hopOf(
    settled(reply({ rttMs: 3 }), reply({ from: '192.0.2.2', rttMs: 5 }), null, reply({ rttMs: 4, replyTtl: 60 })),
    target,
  );
  expect(hop).toEqual({
    ttl: 3,
    addresses: [
      { ip: '192.0.2.1', rttsMs: [3, 4], codes: [], mpls: [], replyTtl: 60, returnHops: 5 },
      { ip: '192.0.2.2', rttsMs: [5], codes: [], mpls: [] },
    ],
    sent: 4,
    lost: 1,
    rtt: { minMs: 3, avgMs: 4, maxMs: 5, stddevMs: Math.sqrt(2 / 3) },
    rateLimited: false,
  });
});

test('a silent hop', () => {
  expect(hopOf(settled(null, null), target)).toEqual({
    ttl: 3,
    addresses: [],
    sent: 2,
    lost: 2,
    rtt: null,
    rateLimited: false,
  });
});

test.each([
  { name: 'a router passing on', replies: [reply({})], end: undefined },
  { name: 'an answer', replies: [reply({ kind: 'answer', from: targetIp })], end: 'target' },
  { name: 'a closed port, from another address', replies: [reply({ kind: 'unreachable' })], end: 'target' },
  { name: 'a refusal', replies: [reply({ kind: 'unreachable', code: '!X' })], end: 'refused' },
  {
    name: "the target's own refusal",
    replies: [reply({ kind: 'unreachable', code: '!P', from: targetIp })],
    end: 'target',
  },
  {
    name: 'a refusal beside an answer',
    replies: [reply({ kind: 'unreachable', code: '!H' }), reply({ kind: 'answer', from: targetIp })],
    end: 'target',
  },
])('the end of the path: $name', ({ replies, end }) => {
  expect(hopOf(settled(...replies), target).end).toBe(end);
});

test.each([
  { name: 'from a router that passed others on', path: { routers: new Set(['192.0.2.1']) }, end: 'refused' },
  { name: 'to what has no port', path: { protocol: 'icmp' }, end: 'refused' },
  { name: 'in place of a reset', path: { protocol: 'tcp' }, end: 'refused' },
  { name: "of the target's own", path: { protocol: 'tcp', targetIp: '192.0.2.1' }, end: 'target' },
] as const)('a closed port $name is $end', ({ path, end }) => {
  expect(hopOf(settled(reply({ kind: 'unreachable' })), { ...target, ...path }).end).toBe(end);
});

test('unusual codes appear once each, and labels from the latest reply that has them', () => {
  const label = { label: 7, trafficClass: 0, bottom: true, ttl: 1 };
  const refused = reply({ kind: 'unreachable', code: '!H' });
  const [address] = hopOf(settled(refused, refused, reply({ mpls: [label] }), reply({})), target).addresses;
  expect(address).toMatchObject({ codes: ['!H'], mpls: [label] });
});

test.each([
  { name: 'a later hop loses nothing', losses: [0, 2, 0, 0], limited: [2] },
  { name: 'a later hop loses less', losses: [0, 2, 1], limited: [2] },
  { name: 'later hops share the loss', losses: [0, 1, 1, 1], limited: [] },
  { name: 'loss only at the end', losses: [0, 0, 2], limited: [] },
  { name: 'a silent hop is not limiting', losses: [0, 3, 0], limited: [] },
  { name: 'silence to the end says nothing about the last that answered', losses: [0, 1, 3, 3], limited: [] },
  { name: 'several', losses: [1, 0, 2, 1, 0], limited: [1, 3, 4] },
])('rate limiting: $name', ({ losses, limited }) => {
  const hops = losses.map((lost, index) => ({ ttl: index + 1, sent: 3, lost }));
  expect(rateLimitedTtls(hops)).toEqual(limited);
});

test('a hop knows rate limiting from what later hops have already lost', () => {
  expect(hopOf({ ...settled(reply({}), null), leastLaterLoss: 0 }, target).rateLimited).toBe(true);
  expect(hopOf({ ...settled(reply({}), null), leastLaterLoss: 0.5 }, target).rateLimited).toBe(false);
});

test.each([
  [64, 1],
  [63, 2],
  [255, 1],
  [245, 11],
  [128, 1],
  [100, 29],
  [30, 3],
])('a reply that arrives with TTL %i made %i hops', (replyTtl, hops) => {
  expect(hopsMade(replyTtl)).toBe(hops);
});

test('statistics of nothing and of one', () => {
  expect(statisticsOf([])).toBeNull();
  expect(statisticsOf([2.5])).toEqual({ minMs: 2.5, avgMs: 2.5, maxMs: 2.5, stddevMs: 0 });
});
