/** The manual page as troff, made from the table of flags. */
import { geoip } from '../../../defaults/index.js';
import { type Flag, type Group, groups, groupTitles } from '../rows/flag.js';
import { flags, placeholderOf, wordsOf } from '../table.js';
import { description } from './help.js';
import { environment, examples, exits, purpose, units, usages } from './texts.js';

const files: readonly (readonly [path: string, what: string])[] = [
  ['$XDG_CONFIG_HOME/wperf/config.json, ~/.config/wperf/config.json', 'Settings; see CONFIGURATION FILE.'],
  ...geoip.systemFolders.map((folder) => [`${folder}/*.mmdb`, 'Countries and ASes of addresses.'] as const),
];

const describing = [
  purpose,
  'A server listens on one port; a client opens every connection, so that tests pass NAT, firewalls, TLS on 443, reverse proxies and corporate proxies.',
  `A flag that says nothing to what is asked for is refused. ${units} A bare rate is in Mbit/s.`,
];

const configuration = [
  'A JSON object whose keys are long flags without their dashes. A flag with a value has a string or a number, one that may be given again also a list of them, a switch true or false.',
  'The command line wins: a flag given there, one that it excludes, and another mode than the one in the file leave out what the file says. WPERF_TOKEN wins over a token in the file.',
  'Of the file that wperf finds by itself, flags that say nothing to what is asked for are passed over, so that one file does for client and server. In a file named with --config they are refused.',
];

/** The page, with its last line feed. */
export function manPage(): string {
  return `${[
    '.\\" Made from src/cli/flags/table.ts.',
    '.TH WPERF 1 "" wperf "User Commands"',
    section('NAME', ['wperf \\- measure the path between two hosts over WebSocket']),
    section('SYNOPSIS', [usages.map(synopsis).join('\n.br\n')]),
    section('DESCRIPTION', paragraphs(describing)),
    section('OPTIONS', groups.map(subsection)),
    section('CONFIGURATION FILE', [
      ...paragraphs(configuration),
      '.PP',
      example(['{ "parallel": 4, "time": 30, "no-legacy": true }']),
    ]),
    section(
      'EXIT STATUS',
      exits.map(([code, what]) => item(bold(code), what)),
    ),
    section(
      'ENVIRONMENT',
      environment.map(([name, what]) => item(bold(name), what)),
    ),
    section(
      'FILES',
      files.map(([path, what]) => item(italic(path), what)),
    ),
    section(
      'EXAMPLES',
      examples.map(([command, what]) => item(bold(command), `${what[0]?.toUpperCase()}${what.slice(1)}.`)),
    ),
    section('SEE ALSO', ['.BR iperf3 (1),', '.BR traceroute (8)']),
  ].join('\n')}\n`;
}

function section(title: string, lines: readonly string[]): string {
  return [`.SH ${title}`, ...lines].join('\n');
}

function paragraphs(texts: readonly string[]): string[] {
  return texts.flatMap((text, index) => (index === 0 ? [escaped(text)] : ['.PP', escaped(text)]));
}

function subsection(group: Group): string {
  const members = flags.filter((flag) => flag.group === group);
  const items = members.map((flag) => item(spelled(flag), `${description(flag)}.`));
  return [`.SS "${escaped(groupTitles[group])}"`, ...items].join('\n');
}

function item(term: string, what: string): string {
  return `.TP\n${term}\n${escaped(what)}`;
}

function spelled(flag: Flag): string {
  const { short, long } = wordsOf(flag);
  return (
    [...short, ...long].map((word) => bold(word)).join(', ') +
    (flag.type === undefined ? '' : italic(placeholderOf(flag)))
  );
}

function synopsis(usage: string): string {
  return `${bold(usage.replace(' [flags]', ''))} [${italic('flags')}]`;
}

function example(lines: readonly string[]): string {
  return ['.nf', ...lines.map(escaped), '.fi'].join('\n');
}

function bold(text: string): string {
  return `\\fB${escaped(text)}\\fR`;
}

function italic(text: string): string {
  return `\\fI${escaped(text)}\\fR`;
}

/** A dash that can be copied to a command line, and no line that begins a request. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replaceAll("'", '\\(aq')
    .replace(/^\./gm, '\\&.');
}
