import { expect, it } from 'vitest';
import { askedUse } from '../../../src/cli/flags/asked-use.js';

it.each([
  ['', 'load'],
  ['-c h --bogus', 'load'],
  ['-c h --ping --bogus', 'ping'],
  ['--traceroute h', 'traceroute'],
  ['--traceroute=h', 'traceroute'],
  ['-c h --both-traceroutes', 'both-routes'],
  ['-c h --reverse-traceroute -J', 'route-back'],
  ['-s', 'server'],
  ['--compare a b', 'compare'],
  ['-c h -- --ping', 'load'],
])('%j asks for %s', (line, use) => expect(askedUse(line.split(' '))).toBe(use));
