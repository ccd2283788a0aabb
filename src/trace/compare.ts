/** The route there and the route back held against each other. Pure. */
import type { Hop } from '../events/hop.js';

/**
 * How two hops compare: they share an address, or a network (AS), or one is of a network that the other route never
 * meets; all else is `unknown`. A router answers from the side that it was asked on, so that even on one and the same
 * path its addresses there and back are mostly different ones, of the same network or, at a border, of its neighbor's.
 */
export type Likeness = 'same' | 'same-as' | 'different' | 'unknown';

/** What stands beside each other, at about the same distance; one side may be missing. */
export interface RouteRow {
  readonly forward?: Hop;
  readonly reverse?: Hop;
  readonly likeness: Likeness;
}

type Pair = Omit<RouteRow, 'likeness'>;

/**
 * Rows from the client to the server: the route there as it is, the route back in reverse. They are aligned so that as
 * many rows as can be are alike (Needleman and Wunsch, J. Mol. Biol. 48, 1970). The hops that are the two ends
 * themselves have no counterpart.
 */
export function alignRoutes(forward: readonly Hop[], reverse: readonly Hop[]): RouteRow[] {
  const isEnd = (hop: Hop) => hop.end === 'target';
  const there = forward.filter((hop) => !isEnd(hop));
  const back = reverse.filter((hop) => !isEnd(hop)).reverse();
  const known = { forward: forward.flatMap(asnsOf), reverse: reverse.flatMap(asnsOf) };
  return [
    ...reverse.filter(isEnd).map((hop): RouteRow => ({ reverse: hop, likeness: 'unknown' })),
    ...align(there, back).map((pair): RouteRow => ({ ...pair, likeness: likenessOf(pair, known) })),
    ...forward.filter(isEnd).map((hop): RouteRow => ({ forward: hop, likeness: 'unknown' })),
  ];
}

/** @param known the networks of each route. */
function likenessOf({ forward, reverse }: Pair, known: Record<keyof Pair, readonly number[]>): Likeness {
  if (forward && reverse && shares(ipsOf(forward), ipsOf(reverse))) return 'same';
  if (forward && reverse && shares(asnsOf(forward), asnsOf(reverse))) return 'same-as';
  const isStrange = (hop: Hop | undefined, others: readonly number[]) =>
    hop !== undefined && asnsOf(hop).length > 0 && others.length > 0 && !shares(asnsOf(hop), others);
  return isStrange(forward, known.reverse) || isStrange(reverse, known.forward) ? 'different' : 'unknown';
}

/** Hops at the same distance are a pair even where they differ, unless that would part others that are alike. */
function scoreOf(a: Hop, b: Hop): number {
  if (shares(ipsOf(a), ipsOf(b))) return 12;
  const [one, other] = [asnsOf(a), asnsOf(b)];
  if (one.length === 0 || other.length === 0) return 2;
  return shares(one, other) ? 6 : 1;
}

function align(there: readonly Hop[], back: readonly Hop[]): Pair[] {
  const best = bestScores(there, back);
  const pairs: Pair[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [forward, reverse] = [there[i], back[j]];
    if (forward === undefined && reverse === undefined) return pairs;
    if (forward && reverse && best(i, j) === best(i + 1, j + 1) + scoreOf(forward, reverse)) {
      pairs.push({ forward, reverse });
      i++;
      j++;
    } else if (forward && best(i, j) === best(i + 1, j)) {
      pairs.push({ forward });
      i++;
    } else {
      pairs.push(reverse === undefined ? {} : { reverse });
      j++;
    }
  }
}

/** The best score of what is left from each pair of places on. */
function bestScores(there: readonly Hop[], back: readonly Hop[]): (i: number, j: number) => number {
  const width = back.length + 1;
  const table = new Float64Array((there.length + 1) * width);
  const at = (i: number, j: number) => (i > there.length || j > back.length ? 0 : (table[i * width + j] ?? 0));
  for (let i = there.length; i >= 0; i--) {
    for (let j = back.length; j >= 0; j--) {
      const [forward, reverse] = [there[i], back[j]];
      const paired = forward && reverse ? at(i + 1, j + 1) + scoreOf(forward, reverse) : 0;
      table[i * width + j] = Math.max(paired, at(i + 1, j), at(i, j + 1));
    }
  }
  return at;
}

function ipsOf({ addresses }: Hop): string[] {
  return addresses.map(({ ip }) => ip);
}

function asnsOf({ addresses }: Hop): number[] {
  return addresses.flatMap(({ asn }) => (asn === undefined ? [] : [asn]));
}

function shares<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.some((item) => b.includes(item));
}
