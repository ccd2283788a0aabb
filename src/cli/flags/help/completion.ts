/** `--completion`: what has a shell complete wperf's words, made from the table of flags. */
import type { Flag } from '../rows/flag.js';
import { flags, wordsOf } from '../table.js';
import { brief } from './brief.js';
import type { Shell } from './shells.js';

const scripts: Readonly<Record<Shell, () => string>> = { bash, zsh, fish };

/** The script for a shell, with its last line feed. */
export function completionFor(shell: Shell): string {
  return scripts[shell]();
}

/** `flag` has its value in the next word: none, of any kind, a file, or one of these with or without files beside. */
interface Completed {
  readonly words: readonly string[];
  readonly hasValue: boolean;
  /** It may stand alone too. */
  readonly optional: boolean;
  readonly choices: readonly string[];
  readonly files: boolean;
  readonly what: string;
}

function completed(flag: Flag): Completed {
  const { short, long } = wordsOf(flag);
  const placeholder = flag.type?.placeholder ?? '';
  return {
    words: [...short, ...long],
    hasValue: flag.type !== undefined,
    optional: flag.alone !== undefined,
    choices: flag.type?.choices ?? [],
    // The path of a module is a value of --proto too.
    files: /^FILE|^PROTO/.test(placeholder),
    what: brief(flag),
  };
}

const all = flags.map(completed);

function bash(): string {
  const cases = all.filter(({ hasValue }) => hasValue).map(bashCase);
  return `# bash completion for wperf; load it with: source <(wperf --completion bash)
_wperf() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} choices= files=
  COMPREPLY=()
  # Bash takes --flag=value for three words.
  if [[ $word == = ]]; then
    word=
  elif [[ $before == = ]]; then
    before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  case $before in
${cases.join('\n')}
    *) choices='${all.flatMap(({ words }) => words).join(' ')}' ;;
  esac
  [[ -z $choices ]] || mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    local file
    while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$word")
  fi
}
complete -F _wperf wperf
`;
}

function bashCase({ words, choices, files }: Completed): string {
  return `    ${words.join('|')}) choices='${choices.join(' ')}' files=${files ? 'yes' : ''} ;;`;
}

function zsh(): string {
  const specs = all.map((flag) => `    ${zshSpec(flag)}`);
  return `#compdef wperf
# zsh completion for wperf; keep it as _wperf in a folder of fpath, or load it with: source <(wperf --completion zsh)
_wperf() {
  _arguments -s -S \\
${specs.join(' \\\n')}
}
if [ "$funcstack[1]" = _wperf ]; then _wperf "$@"; else compdef _wperf wperf; fi
`;
}

/** One of the words excludes the others, but for flags that may be given again, which nothing marks here. */
function zshSpec(flag: Completed): string {
  const { words, what } = flag;
  const spelled = words.map((word) => (flag.hasValue ? `${word}${word.startsWith('--') ? '=' : '+'}` : word));
  const [only = ''] = spelled;
  const text = `[${zshText(what)}]${zshValue(flag)}`;
  if (words.length === 1) return quoted(`*${only}${text}`);
  return `'*'{${spelled.join(',')}}${quoted(text)}`;
}

function zshValue({ hasValue, optional, choices, files }: Completed): string {
  if (!hasValue) return '';
  const listed = choices.join(' ');
  const action = files
    ? choices.length === 0
      ? '_files'
      : `{ compadd -- ${listed}; _files }`
    : choices.length === 0
      ? ' '
      : `(${listed})`;
  return `${optional ? '::' : ':'}value:${action}`;
}

function zshText(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&');
}

function fish(): string {
  return `# fish completion for wperf; keep it as completions/wperf.fish, or load it with: wperf --completion fish | source
complete -c wperf -f
${all.map(fishLine).join('\n')}
`;
}

function fishLine({ words, hasValue, choices, files, what }: Completed): string {
  const names = words.map((word) => (word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`));
  const value = !hasValue
    ? []
    : [files ? '-rF' : '-x', ...(choices.length > 0 ? [`-a ${quoted(choices.join(' '))}`] : [])];
  return ['complete -c wperf', ...names, ...value, `-d ${fishQuoted(what)}`].join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
