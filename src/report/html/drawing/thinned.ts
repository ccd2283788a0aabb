/** As many points as a drawing can show. Pure. */

export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly value: number;
}

export interface Point {
  readonly at: number;
  readonly value: number;
}

/** Neighbours joined until there are no more than `most`: the mean by time. */
export function fewerStretches(all: readonly Stretch[], most: number): Stretch[] {
  const size = Math.ceil(all.length / most);
  if (size <= 1) return [...all];
  return groups(all, size).map((group) => {
    const seconds = group.reduce((sum, { start, end }) => sum + end - start, 0);
    const area = group.reduce((sum, { start, end, value }) => sum + (end - start) * value, 0);
    return { start: group[0]?.start ?? 0, end: group.at(-1)?.end ?? 0, value: seconds > 0 ? area / seconds : 0 };
  });
}

/** Of many neighbours the lowest and the highest: what stands out is still seen. */
export function fewerPoints(all: readonly Point[], most: number): Point[] {
  const size = Math.ceil((2 * all.length) / most);
  if (all.length <= most) return [...all];
  return groups(all, size).flatMap((group) => {
    const sorted = [...group].sort((a, b) => a.value - b.value);
    const ends = [sorted[0], sorted.at(-1)].filter((point) => point !== undefined);
    return ends.sort((a, b) => a.at - b.at);
  });
}

function groups<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
