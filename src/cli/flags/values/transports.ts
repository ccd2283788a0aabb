/** What may carry load, as `--proto` and `--allow-proto` name it. */
import { isModulePath, protos } from '../../../plan/protos.js';
import { BadValue } from '../../../units.js';
import type { FlagType } from './types.js';

const names = protos.join(', ');

export const transport: FlagType<string> = {
  placeholder: 'PROTO',
  choices: protos,
  parse(text) {
    if (isKnown(text) || isModulePath(text)) return text;
    throw new BadValue('is no protocol that wperf has', hintFor(text));
  },
};

function hintFor(text: string): string {
  const lower = text.toLowerCase();
  if (isKnown(lower)) return `give ${lower}`;
  const file = /^[\w-]{1,32}$/.test(text) ? text : 'my';
  return `give ${names}, or the path of a module, as ./${file}.mjs`;
}

export const transports: FlagType<readonly string[]> = {
  placeholder: 'LIST',
  parse(text) {
    const list = text.split(',').map((name) => name.trim());
    const stranger = list.find((name) => !/^[A-Za-z0-9._-]{1,32}$/.test(name));
    if (stranger === undefined) return list;
    throw new BadValue('names no protocols', `give names and commas, as ${names.replaceAll(' ', '')}`);
  },
};

function isKnown(name: string): boolean {
  return (protos as readonly string[]).includes(name);
}
