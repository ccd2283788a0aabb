/** The route there and the route back held against each other. Pure. */
import type { Hop } from './hop.js';

/**
 * How two hops compare: they share an address, or a network (AS), or are of different ones; `unknown` where one is
 * silent, hidden, or of no known network. A hop alone is `different` when the other route never meets its network. A
 * router answers from the side that it was asked on, so that even on one and
 * the same path its addresses there and back are mostly different ones of the same network.
 */
export type Likeness = 'same' | 'same-as' | 'different' | 'unknown';

/** What stands beside each other, at about the same distance; one side may be missing. */
export interface RouteRow {
  readonly forward?: Hop;
  readonly reverse?: Hop;
  readonly likeness: Likeness;
}

/**
 * Rows from the client to the server: the route there as it is, the route back in reverse. They are aligned so that as
 * many rows as can be are alike (Needleman and Wunsch, J. Mol. Biol. 48, 1970). The hops that are the two ends
 * themselves have no counterpart.
 */
export function alignRoutes(forward: readonly Hop[], reverse: readonly Hop[]): RouteRow[] {
  const there = forward.filter((hop) => hop.end !== 'target');
  const back = reverse.filter((hop) => hop.end !== 'target').reverse();
  return [
    ...reverse.filter((hop) => hop.end === 'target').map((hop): RouteRow => ({ reverse: hop, likeness: 'unknown' })),
    ...align(there, back),
    ...forward.filter((hop) => hop.end === 'target').map((hop): RouteRow => ({ forward: hop, likeness: 'unknown' })),
  ];
}

export function likenessOf(a: Hop, b: Hop): Likeness {
  if (shares(ipsOf(a), ipsOf(b))) return 'same';
  const [one, other] = [asnsOf(a), asnsOf(b)];
  if (one.length === 0 || other.length === 0) return 'unknown';
  return shares(one, other) ? 'same-as' : 'different';
}

function likenessAlone(hop: Hop, others: readonly Hop[]): Likeness {
  const known = others.flatMap(asnsOf);
  const asns = asnsOf(hop);
  return asns.length > 0 && known.length > 0 && !shares(asns, known) ? 'different' : 'unknown';
}

/** Hops that stand at the same distance are a pair even where they differ, unless that would part others that are alike. */
const scores: Readonly<Record<Likeness, number>> = { same: 12, 'same-as': 6, unknown: 2, different: 1 };

function align(there: readonly Hop[], back: readonly Hop[]): RouteRow[] {
  const best = bestScores(there, back);
  const rows: RouteRow[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [forward, reverse] = [there[i], back[j]];
    if (forward === undefined && reverse === undefined) return rows;
    const likeness = forward && reverse ? likenessOf(forward, reverse) : undefined;
    if (forward && reverse && likeness && best(i, j) === best(i + 1, j + 1) + scores[likeness]) {
      rows.push({ forward, reverse, likeness });
      i++;
      j++;
    } else if (forward && best(i, j) === best(i + 1, j)) {
      rows.push({ forward, likeness: likenessAlone(forward, back) });
      i++;
    } else if (reverse) {
      rows.push({ reverse, likeness: likenessAlone(reverse, there) });
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
      const paired = forward && reverse ? at(i + 1, j + 1) + scores[likenessOf(forward, reverse)] : 0;
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
