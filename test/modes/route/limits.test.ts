import { describe, expect, it } from 'vitest';
import type { HopAddress } from '../../../src/events/hop.js';
import type { TraceHop } from '../../../src/events/route.js';
import { grantWish, hideFrom, isPrivate, packetsFor, serviceOf } from '../../../src/modes/route/desk/limits.js';
import { usualWish } from '../../support/plans.js';

describe('a wish', () => {
  const granted = (changes: object, limits: object = {}) => grantWish({ ...usualWish, ...changes }, serviceOf(limits));

  it('within the limits is granted as it is', () => {
    expect(granted({})).toEqual({ wish: usualWish, reasons: [] });
    expect(granted({ maxHops: 255, queries: 1, timeoutSeconds: 60 }).reasons).toEqual([]);
  });

  it.each([
    [{ queries: 10, maxHops: 60 }, {}, { queries: 5 }, 'The server sends 5 and not 10 probes to a hop.'],
    [{ queries: 1, maxHops: 255 }, { packets: 40 }, { maxHops: 40 }, 'The server looks no farther than 40 hops.'],
    [
      { queries: 1, firstHop: 20, maxHops: 255 },
      { packets: 10 },
      { maxHops: 29 },
      'The server looks no farther than 29 hops.',
    ],
    [{}, { packetsPerMinute: 30 }, { queries: 1 }, 'The server sends 1 and not 3 probes to a hop.'],
    [{ timeoutSeconds: 60 }, { seconds: 20 }, { timeoutSeconds: 20 }, 'The server waits at most 20 s for an answer.'],
    [{ protocol: 'inband', queries: 10 }, {}, { queries: 3 }, 'The server sends 3 and not 10 probes to a hop.'],
  ])('%j within %j is cut to %j', (asked, limits, cut, reason) => {
    expect(granted(asked, limits)).toEqual({ wish: { ...usualWish, ...asked, ...cut }, reasons: [reason] });
  });

  it('never takes more packets than a trace may', () => {
    for (const packets of [1, 7, 100]) {
      for (const queries of [1, 3, 10]) {
        const { wish } = granted({ maxHops: 255, queries }, { packets });
        expect((wish.maxHops - wish.firstHop + 1) * wish.queries).toBeLessThanOrEqual(packets);
        expect(packetsFor(wish, serviceOf({ packets }))).toBeLessThanOrEqual(packets);
      }
    }
    expect(packetsFor(usualWish, serviceOf())).toBe(180);
    expect(packetsFor({ ...usualWish, protocol: 'udp' }, serviceOf())).toBe(90);
  });
});

describe('hiding', () => {
  const address = (ip: string): HopAddress => ({ ip, name: `name of ${ip}`, rttsMs: [1, 2], codes: [], mpls: [] });
  const hop = (ttl: number, ...ips: string[]): TraceHop => ({
    ...{ type: 'trace-hop', ttl, addresses: ips.map(address), sent: 3, lost: 1, rateLimited: false },
    rtt: { minMs: 1, avgMs: 1.5, maxMs: 2, stddevMs: 0.5 },
  });

  it('takes the first hops, but never the client itself', () => {
    const service = serviceOf({ hideHops: 2 });
    const hidden = hideFrom(hop(2, '198.51.100.1'), '192.0.2.7', service);
    expect(hidden).toMatchObject({ addresses: [], hidden: { addresses: 1, rttsMs: [1, 2] }, sent: 3, lost: 1 });
    expect(JSON.stringify(hidden)).not.toContain('198.51.100.1');
    expect(hideFrom(hop(3, '198.51.100.1'), '192.0.2.7', service).hidden).toBeUndefined();
    expect(hideFrom(hop(1, '192.0.2.7'), '192.0.2.7', service)).toEqual(hop(1, '192.0.2.7'));
  });

  it('takes private addresses, but leaves the others of their hop', () => {
    const service = serviceOf({ hidePrivate: true });
    const shown = hideFrom(hop(5, '10.1.2.3', '198.51.100.1', 'fd00::1'), '192.0.2.7', service);
    expect(shown.addresses.map(({ ip }) => ip)).toEqual(['198.51.100.1']);
    expect(shown.hidden).toEqual({ addresses: 2, rttsMs: [1, 2, 1, 2] });
    expect(hideFrom(hop(5), '192.0.2.7', service)).toEqual(hop(5));
    expect(hideFrom(hop(5, '10.1.2.3'), '10.1.2.3', service)).toEqual(hop(5, '10.1.2.3'));
  });

  it.each([
    '10.0.0.1',
    '172.31.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.1.1',
    '127.0.0.1',
    'fd00::1',
    'fe80::1',
    '::1',
  ])('%s is private', (ip) => expect(isPrivate(ip)).toBe(true));
  it.each(['8.8.8.8', '2001:4860::1', '192.0.2.1'])('%s is not', (ip) => expect(isPrivate(ip)).toBe(false));
});
