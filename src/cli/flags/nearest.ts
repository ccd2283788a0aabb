/** More slips than these in one word are another word. */
const mostSlips = 3;
const dashes = 2;

/** The long flag (dashes included) that a mistyped or shortened one most likely meant, or undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const letters = word.length - dashes;
  const longer = known.filter((candidate) => letters > 1 && candidate.startsWith(word));
  const [shortest] = longer.sort((a, b) => a.length - b.length);
  if (shortest !== undefined) return shortest;
  const allowed = Math.min(mostSlips, Math.floor(letters / 3));
  const ranked = known
    .filter((candidate) => Math.abs(candidate.length - word.length) <= allowed)
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .filter(({ distance }) => distance <= allowed)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
}

/** Insertions, deletions and replacements from one word to the other (Levenshtein 1966), one row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...to].entries()) {
      const replace = cell(row, column) + (letter === other ? 0 : 1);
      next.push(Math.min(replace, cell(row, column + 1) + 1, cell(next, column) + 1));
    }
    row = next;
  }
  return cell(row, to.length);
}

function cell(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
