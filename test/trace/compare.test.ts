import { describe, expect, test } from 'vitest';
import type { Hop } from '../../src/events/hop.js';
import { alignRoutes } from '../../src/trace/compare.js';

/** `a1` has the address a1; `a1@7` is of AS 7 too; `-` is silent; a `.` in the end is the end of the route. */
function routeOf(text: string): Hop[] {
  return text.split(' ').map((word, index) => {
    const [, name = '', asn, end] = /^([^@.]+)(?:@(\d+))?(\.)?$/.exec(word) ?? [];
    const address = { ip: name, rttsMs: [1], codes: [], mpls: [], ...(asn !== undefined && { asn: Number(asn) }) };
    return {
      ...{ ttl: index + 1, addresses: name === '-' ? [] : [address], sent: 1, lost: 0, rtt: null, rateLimited: false },
      ...(end !== undefined && { end: 'target' as const }),
    };
  });
}

const marks = { same: '=', 'same-as': '~', different: '!', unknown: ' ' };

function shown(forward: string, reverse: string): string[] {
  const name = (hop: Hop | undefined) => (hop === undefined ? '' : (hop.addresses[0]?.ip ?? '-'));
  return alignRoutes(routeOf(forward), routeOf(reverse)).map((row) =>
    `${name(row.forward).padEnd(2)} ${marks[row.likeness]} ${name(row.reverse)}`.trimEnd(),
  );
}

describe('the way back is read from its end', () => {
  test('one path, seen from both sides', () => {
    expect(shown('a1@1 b1@2 c1@3 s.', 'c2@3 b2@2 a2@1 k.')).toEqual(['     k', 'a1 ~ a2', 'b1 ~ b2', 'c1 ~ c2', 's']);
  });

  test('the same addresses', () => {
    expect(shown('a b s.', 'b a k.')).toEqual(['     k', 'a  = a', 'b  = b', 's']);
  });

  test('another network on the way back is marked, and all else stays aligned', () => {
    expect(shown('a@1 b@2 c@3 d@4 s.', 'd@4 x@9 y@9 a@1 k.')).toEqual([
      '     k',
      'a  = a',
      'b  ! y',
      'c  ! x',
      'd  = d',
      's',
    ]);
  });

  test('a detour on the way back stands alone, and is marked where its network is nowhere on the way there', () => {
    expect(shown('a@1 b@2 s.', 'b@2 x@9 y@2 a@1 k.')).toEqual(['     k', 'a  = a', '     y', '   ! x', 'b  = b', 's']);
  });

  test('silence and private addresses are like nothing, and take the places between', () => {
    expect(shown('a - c@3 s.', 'z@3 y x k.')).toEqual(['     k', 'a    x', '-    y', 'c  ~ z', 's']);
  });

  test('one route alone, or none', () => {
    expect(shown('a b s.', '-')).toHaveLength(3);
    expect(alignRoutes(routeOf('a b s.'), [])).toHaveLength(3);
    expect(alignRoutes([], [])).toEqual([]);
  });

  test('the longest routes take no time', () => {
    const long = Array.from({ length: 255 }, (_, index) => `n${index}@${index % 7}`).join(' ');
    expect(alignRoutes(routeOf(long), routeOf(long).reverse()).length).toBeGreaterThanOrEqual(255);
  });
});
