/** The table of docs/flags.md, made from the same one as the parser and `--help`. */
import { type Flag, groups, groupTitles } from '../../src/cli/flags/rows/flag.js';
import { flags, placeholderOf, wordsOf } from '../../src/cli/flags/table.js';

export const flagTableStart = '<!-- flags: made from src/cli/flags/table.ts -->';
export const flagTableEnd = '<!-- /flags -->';

/** One Markdown table for each group of flags. */
export function flagTable(): string {
  return groups
    .map((group) => {
      const rows = flags.filter((flag) => flag.group === group).map(row);
      return [`**${groupTitles[group]}**`, '', '| Flag | Default | What it does |', '|---|---|---|', ...rows].join(
        '\n',
      );
    })
    .join('\n\n');
}

/** The document with the text between the two markers replaced by the table. Throws when a marker is missing. */
export function withFlagTable(document: string): string {
  const start = document.indexOf(flagTableStart);
  const end = document.indexOf(flagTableEnd);
  if (start < 0 || end < start) throw new Error(`the document lacks ${flagTableStart} ... ${flagTableEnd}`);
  return `${document.slice(0, start)}${flagTableStart}\n${flagTable()}\n${document.slice(end)}`;
}

function row(flag: Flag): string {
  const { short, long } = wordsOf(flag);
  const range = flag.type?.range === undefined ? '' : ` (${flag.type.range})`;
  const cells = [`\`${[...short, ...long].join(', ')}${placeholderOf(flag)}\``, flag.default ?? '', flag.help + range];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
