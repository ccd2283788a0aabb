/** Network namespaces by name; those that this process has not removed by its end are removed as it exits. */
import { spawnSync } from 'node:child_process';
import { atExit } from '../last-resort.js';
import { output } from '../processes.js';
import type { Later } from '../undo.js';

const existing = new Set<string>();
atExit(() => {
  for (const name of existing) spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
});

let made = 0;

/** A number that is new for each lab of this process. */
export function nextLabNumber(): number {
  made += 1;
  return made;
}

export async function makeNamespace(
  later: Later,
  name: string,
  sysctl: Readonly<Record<string, string>>,
): Promise<void> {
  later(async () => {
    if (!existing.delete(name)) return;
    await output(['ip', 'netns', 'del', name]);
  });
  await output(['ip', 'netns', 'add', name]);
  existing.add(name);
  await ip(name, 'link set lo up');
  for (const [key, value] of Object.entries(sysctl)) {
    await output([...inside(name), 'sysctl', '-qw', `${key}=${value}`]);
  }
}

/** The words that run a program inside a namespace. */
export function inside(name: string): readonly string[] {
  return ['ip', 'netns', 'exec', name];
}

/** `ip` on a namespace's own devices, addresses and routes; the arguments hold no spaces. */
export function ip(name: string, words: string): Promise<string> {
  return output(['ip', '-n', name, ...words.split(' ')]);
}
