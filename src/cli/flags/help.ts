import { defaults } from '../../defaults/index.js';
import { type Flag, flags, groups, groupTitles, wordsOf } from './table.js';

const intro = 'wperf measures the path between two hosts over WebSocket: throughput up, down and both ways.';

const usages = [
  'wperf -s [flags]',
  'wperf -c HOST|URL [flags]',
  'wperf --loopback [flags]',
  'wperf --traceroute HOST [flags]',
  'wperf --from FILE --report FILE.html',
  'wperf --compare FILE FILE...',
];

const examples: readonly (readonly [command: string, what: string])[] = [
  ['wperf --loopback', 'try it here, alone'],
  ['wperf -s', `wait for clients on port ${defaults.port}`],
  ['wperf -c server.example', 'measure the way up'],
  ['wperf -c server.example -R -P 4 -t 30', 'the way down, four streams, thirty seconds'],
  ['wperf -c wss://server.example/wperf --bidir', 'both ways, through TLS on port 443'],
  ['wperf -c server.example -b 10M -J', '10 Mbit/s on the stream, result as JSON'],
  ['wperf -c server.example --report line.html', 'a page to look at beside the text'],
  ['wperf --traceroute server.example', 'the route there, with countries and networks'],
  ['wperf -c server.example --reverse-traceroute', 'the route back, traced by the server'],
];

/** Narrower terminals get lines of this width. */
const leastWidth = 48;
/** Below this width, what a flag does stands under the flag instead of beside it. */
const leastWidthForColumns = 72;

/** The text of `--help`, without a last line feed; no line is wider than `width` columns (or 48). */
export function helpText(width: number): string {
  const columns = Math.max(width, leastWidth);
  const sections = [
    [...wrap(intro, columns, 0)],
    ['Usage:', ...usages.map((usage) => `  ${usage}`)],
    ...groups.map((group) => [
      `${groupTitles[group]}:`,
      ...rows(
        flags.filter((flag) => flag.group === group).map((flag) => [spelling(flag), description(flag)]),
        columns,
      ),
    ]),
    ['Examples:', ...rows(examples, columns)],
    wrap('Sizes are binary (1K is 1024 bytes), rates decimal (1K is 1000 bit/s).', columns, 0),
  ];
  return sections.map((lines) => lines.join('\n')).join('\n\n');
}

function spelling(flag: Flag): string {
  const { short, long } = wordsOf(flag);
  const all = [short[0] ?? '  ', ...long].join(short.length === 0 || long.length === 0 ? '  ' : ', ');
  return flag.type === undefined ? all.trimEnd() : `${all} ${flag.type.placeholder}`;
}

function description(flag: Flag): string {
  const facts = [flag.type?.range, flag.default === undefined ? undefined : `default ${flag.default}`];
  const known = facts.filter((fact) => fact !== undefined);
  return known.length === 0 ? flag.help : `${flag.help} (${known.join('; ')})`;
}

/** Two columns where there is room; a left side too long for its column has a line of its own. */
function rows(pairs: readonly (readonly [left: string, right: string])[], width: number): string[] {
  const wide = width >= leastWidthForColumns;
  const longest = Math.max(...pairs.map(([left]) => left.length));
  const indent = wide ? Math.min(longest + 4, Math.floor(width / 3) + 2) : 8;
  return pairs.flatMap(([left, right]) => {
    const lines = wrap(right, width, indent);
    if (!wide || left.length + 4 > indent) return [`  ${left}`, ...lines];
    return [`  ${left}`.padEnd(indent) + (lines[0] ?? '').trimStart(), ...lines.slice(1)];
  });
}

/** Lines of at most `width` columns, each begun with `indent` spaces; a word longer than a line is cut. */
function wrap(text: string, width: number, indent: number): string[] {
  const room = width - indent;
  const lines: string[] = [];
  for (const word of text.split(' ').flatMap((long) => long.match(new RegExp(`.{1,${room}}`, 'g')) ?? [])) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => ' '.repeat(indent) + line);
}
