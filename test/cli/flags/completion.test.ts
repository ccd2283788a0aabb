/** Completions in the shells that they are for. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { completionFor } from '../../../src/cli/flags/help/completion.js';
import { shells } from '../../../src/cli/flags/help/shells.js';
import { flags, wordsOf } from '../../../src/cli/flags/table.js';
import { temporaryFolder } from '../../support/folders.js';
import { describeNeeding, program } from '../../support/needs.js';
import { output, run } from '../../support/processes.js';

const words = flags.flatMap((flag) => Object.values(wordsOf(flag)).flat());

/** What each line ends in for a shell: the last word is the one to complete. */
const cases: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ['wperf --sim-se', ['--sim-seed']],
  ['wperf --completion ', ['bash', 'fish', 'zsh']],
  ['wperf -c h -f ', ['g', 'k', 'm', 't']],
  ['wperf --tr-proto i', ['icmp', 'inband']],
  ['wperf --token-file se', ['secret file', 'secret.txt']],
  ['wperf --proto k', ['kcp']],
  ['wperf --title se', []],
];

async function makeFolder(): Promise<string> {
  const folder = await temporaryFolder(onTestFinished);
  await writeFile(join(folder, 'secret file'), '');
  await writeFile(join(folder, 'secret.txt'), '');
  return folder;
}

describe('completionFor', () => {
  test.each(shells)('names every long flag to %s', (shell) => {
    const script = completionFor(shell);
    for (const word of words.filter((one) => one.startsWith('--'))) {
      expect(script).toContain(shell === 'fish' ? `-l ${word.slice(2)}` : word);
    }
  });
});

describeNeeding('bash', [program('bash')], () => {
  async function complete(line: string, cwd: string): Promise<string[]> {
    const script = `${completionFor('bash')}
COMP_WORDS=(${line}${line.endsWith(' ') ? ' ""' : ''})
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_wperf
printf '%s\\n' "\${COMPREPLY[@]}"`;
    return listed(await output(['bash', '--norc', '-c', script], { cwd }));
  }

  test.each(cases)('completes %s', async (line, offered) => {
    expect(await complete(line, await makeFolder())).toEqual(offered);
  });

  test('completes behind =', async () => {
    const folder = await makeFolder();
    expect(await complete('wperf --tr-proto = ic', folder)).toEqual(['icmp']);
    expect(await complete('wperf --tr-proto =', folder)).toHaveLength(5);
  });

  test('lists every word, once', async () => {
    expect(await complete('wperf -', await makeFolder())).toEqual([...words].sort());
  });
});

describeNeeding('fish', [program('fish')], () => {
  async function complete(line: string, cwd: string): Promise<string[]> {
    const script = `${completionFor('fish')}\ncomplete -C '${line}'`;
    const env = { HOME: cwd, XDG_CONFIG_HOME: cwd, XDG_DATA_HOME: cwd };
    const shown = await output(['fish', '--no-config', '-c', script], { cwd, env });
    return listed(shown.replace(/\t.*$/gm, ''));
  }

  test.each(cases)('completes %s', async (line, offered) => {
    const found = await complete(line, await makeFolder());
    expect(found.map((one) => one.replaceAll('\\', ''))).toEqual(offered);
  });

  test('lists every long word', async () => {
    const long = words.filter((word) => word.startsWith('--'));
    expect(await complete('wperf --', await makeFolder())).toEqual(long.sort());
  });
});

describeNeeding('zsh', [program('zsh')], () => {
  /** Completion works at a terminal alone: zsh in a pseudo-terminal of its own lists what it would insert. */
  async function complete(line: string, cwd: string): Promise<string[]> {
    await writeFile(join(cwd, '_wperf'), completionFor('zsh'));
    const driver = join(cwd, 'driver');
    await writeFile(driver, zshDriver(line));
    const { stdout } = await run(['zsh', '-f', driver], { cwd, env: { TERM: 'dumb', ZDOTDIR: cwd } });
    return listed(stdout.replaceAll('\\', ''));
  }

  test.each(cases)('completes %s', async (line, offered) => {
    expect(await complete(line, await makeFolder())).toEqual(offered);
  });

  test('lists every long word', async () => {
    const long = words.filter((word) => word.startsWith('--'));
    const found = await complete('wperf --', await makeFolder());
    expect([...new Set(found.map((one) => one.replace(/=$/, '')))]).toEqual(long.sort());
  });
});

/** Has compadd tell what matches instead of offering it. */
function zshDriver(line: string): string {
  return `zmodload zsh/zpty
zpty inner zsh -f -i
say() { zpty -w inner "$1" }
say "PS1= ; stty -echo; fpath=($PWD \\$fpath); autoload -U compinit; compinit -u -D; unsetopt zle_bracketed_paste 2>/dev/null"
say "compadd() { local -a matched; local -i listing=\\\${argv[(I)-O]}; if (( listing || \\\${argv[(I)-[AD]]} )); then builtin compadd \\"\\$@\\"; return; fi; builtin compadd -O matched \\"\\$@\\"; for one in \\$matched; do print -r -- \\"offered:\\$one\\"; done; builtin compadd \\"\\$@\\" }"
say "finish() { zle complete-word; print -r -- 'offered-all'; }; zle -N finish; bindkey '^I' finish; print ready-''now"
while zpty -r inner seen '*ready-now*'; do break; done
zpty -w -n inner $'${line}\\t'
local text
while zpty -r inner text; do
  text=\${text//$'\\r'/}
  [[ $text == *offered:* ]] && print -rn -- "\${text#*offered:}"
  [[ $text == *offered-all* ]] && break
done
zpty -d inner
`;
}

function listed(text: string): string[] {
  return [
    ...new Set(
      text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    ),
  ].sort();
}
