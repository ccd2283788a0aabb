import { describe, expect, it } from 'vitest';
import { type Asked, checkCombination, hasMeaning } from '../../../src/cli/flags/combinations.js';
import { type FlagValues, flags, label, type NamedFlag } from '../../../src/cli/flags/table.js';
import { WperfError } from '../../../src/errors.js';

/** Every way to run wperf, by the flags that ask for it. */
const ways: readonly (readonly [line: string, given: readonly string[], asked: Asked])[] = [
  ['-c h', ['client'], { use: 'load', loopback: false }],
  ['-c h --ping', ['client', 'ping'], { use: 'ping', loopback: false }],
  ['-c h --reverse-traceroute', ['client', 'reverse-traceroute'], { use: 'route-back', loopback: false }],
  ['-c h --both-traceroutes', ['client', 'both-traceroutes'], { use: 'both-routes', loopback: false }],
  ['--loopback', ['loopback'], { use: 'load', loopback: true }],
  ['--loopback --ping', ['loopback', 'ping'], { use: 'ping', loopback: true }],
  ['--loopback --reverse-traceroute', ['loopback', 'reverse-traceroute'], { use: 'route-back', loopback: true }],
  ['--loopback --both-traceroutes', ['loopback', 'both-traceroutes'], { use: 'both-routes', loopback: true }],
  ['--traceroute h', ['traceroute'], { use: 'traceroute', loopback: false }],
  ['-s', ['server'], { use: 'server', loopback: false }],
  ['--from f', ['from'], { use: 'from', loopback: false }],
  ['--compare a b', ['compare'], { use: 'compare', loopback: false }],
];

/** Those that choose what is done change the way that the others are judged by. */
const judged = flags.filter(({ group, makes }) => group !== 'Modes' && makes === undefined);

describe.each(ways)('%s', (_, given, asked) => {
  it.each(judged.map((flag) => [label(flag), flag] as const))('takes %s or says why not', (name, flag) => {
    if (hasMeaning(flag, asked)) expect(checkCombination(valuesOf([...given, ...withNeeds(flag)]))).toEqual(asked);
    else expect(refusal([...given, flag.name])).toMatch(new RegExp(`^(?=.*${name})[^\\n]+: [^\\n]+$`));
  });
});

it.each(ways)('%s is known for what it is', (_, given, asked) => {
  expect(checkCombination(valuesOf(given))).toEqual(asked);
});

it('leaves no flag without a use, nor a choice that it does not take itself', () => {
  for (const flag of flags) {
    expect(flag.for.filter((use) => use !== 'loopback')).not.toEqual([]);
    if (flag.makes !== undefined) expect(flag.for).toContain(flag.makes);
  }
});

function withNeeds({ name, requires = [] }: NamedFlag): string[] {
  return [name, ...requires];
}

function valuesOf(names: readonly string[]): FlagValues {
  return Object.fromEntries(names.map((name) => [name, true])) as FlagValues;
}

function refusal(names: readonly string[]): string {
  try {
    checkCombination(valuesOf(names));
  } catch (thrown) {
    if (thrown instanceof WperfError) return thrown.line;
    throw thrown;
  }
  return 'nothing was refused';
}
