/** `--help`: what fits a screen, one subject, or all of it. */
import { type Flag, type Group, groups, groupTitles, type Use } from '../rows/flag.js';
import { type FlagName, flags, placeholderOf, wordsOf } from '../table.js';
import { brief } from './brief.js';
import { examples, purpose, units, usages } from './texts.js';
import type { Topic } from './topics.js';

/** Narrower terminals get lines of this width. */
const leastWidth = 48;
/** Below this width, what a flag does stands under the flag instead of beside it. */
const leastWidthForColumns = 72;

/** What most command lines are made of. */
const commonest: readonly FlagName[] = ['time', 'reverse', 'bidir', 'parallel', 'udp', 'bitrate', 'ping', 'json'];

/** The flags of a topic: of these groups, as far as they say something to one of these uses. */
const subjects: Readonly<
  Record<Exclude<Topic, 'modes' | 'all' | 'man'>, { readonly groups: readonly Group[]; readonly uses: readonly Use[] }>
> = {
  client: { groups: ['Both', 'Client'], uses: ['load', 'ping', 'route-back', 'both-routes'] },
  server: { groups: ['Both', 'Server', 'Routes'], uses: ['server'] },
  trace: { groups: ['Both', 'Trace'], uses: ['traceroute', 'route-back', 'both-routes'] },
  simulation: { groups: ['Simulation'], uses: ['load', 'ping'] },
};

const further = 'For the other flags: wperf --help client, server, trace, simulation or all.';

/** The text of `--help`, without a last line feed; no line is wider than `width` columns (or 48). */
export function helpText(width: number, topic: Exclude<Topic, 'man'>): string {
  const columns = Math.max(width, leastWidth);
  return sectionsOf(topic, columns)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function sectionsOf(topic: Exclude<Topic, 'man'>, columns: number): string[][] {
  switch (topic) {
    case 'modes':
      return [
        wrap(purpose, columns, 0),
        titled(
          'Modes (give one):',
          short(({ group, name }) => group === 'Modes' && !['completion', 'version'].includes(name)),
          columns,
        ),
        titled(
          'The commonest flags:',
          short(({ name }) => commonest.includes(name)),
          columns,
        ),
        wrap(further, columns, 0),
      ];
    case 'all':
      return [
        wrap(purpose, columns, 0),
        ['Usage:', ...usages.map((usage) => `  ${usage}`)],
        ...groups.map((group) => ofGroup(group, () => true, columns)),
        titled('Examples:', examples, columns),
        wrap(units, columns, 0),
      ];
    default: {
      const subject = subjects[topic];
      const isMeant = (flag: Flag) => subject.uses.some((use) => flag.for.includes(use));
      return [...subject.groups.map((group) => ofGroup(group, isMeant, columns)), wrap(units, columns, 0)];
    }
  }
}

function ofGroup(group: Group, isMeant: (flag: Flag) => boolean, columns: number): string[] {
  const members = flags.filter((flag) => flag.group === group && isMeant(flag));
  return titled(
    `${groupTitles[group]}:`,
    members.map((flag) => [spelling(flag), description(flag)]),
    columns,
  );
}

function short(isMeant: (flag: (typeof flags)[number]) => boolean): (readonly [string, string])[] {
  return flags
    .filter(isMeant)
    .map((flag) => [spelling({ ...flag, aliases: (flag.aliases ?? []).slice(0, 1) }), brief(flag)]);
}

function titled(title: string, pairs: readonly (readonly [string, string])[], columns: number): string[] {
  return [title, ...rows(pairs, columns)];
}

function spelling(flag: Flag): string {
  const { short, long } = wordsOf(flag);
  const all = [short[0] ?? '  ', ...long].join(short.length === 0 || long.length === 0 ? '  ' : ', ');
  return `${all.trimEnd()}${placeholderOf(flag)}`;
}

/** What a flag does, with what it may be and is. */
export function description(flag: Flag): string {
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
