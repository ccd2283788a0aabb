import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, expect, test, vi } from 'vitest';
import { findAddresses, isFinding } from '../../src/host/names.js';

type Answer = string | Error | undefined;

/** Searches without an answer, to be ended after all. */
const silent: (() => void)[] = [];

/** The answer to a search for both families, for IPv4 and for IPv6; undefined is none. */
function dnsSays(both: Answer, v4: Answer, v6: Answer) {
  const lookup = vi.spyOn(dns, 'lookup').mockImplementation((async (
    _name: string,
    { family }: { family: 0 | 4 | 6 },
  ) => {
    const answer = { 0: both, 4: v4, 6: v6 }[family];
    if (answer === undefined) await new Promise<void>((resolve) => silent.push(resolve));
    if (answer instanceof Error) throw answer;
    return (answer ?? '').split(' ').map((address) => ({ address, family: 4 }));
  }) as unknown as typeof dns.lookup);
  syncBuiltinESMExports();
  return lookup;
}

const noAnswer = new Error('EAI_AGAIN');

afterEach(async () => {
  for (const end of silent.splice(0)) end();
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  await vi.waitFor(() => expect(isFinding()).toBe(false));
});

test('both families are searched at once, and told in the order of the system', async () => {
  const lookup = dnsSays('2001:db8::7 192.0.2.7', undefined, undefined);
  expect(await findAddresses('server.example', undefined)).toEqual(['2001:db8::7', '192.0.2.7']);
  expect(lookup).toHaveBeenCalledTimes(1);
  expect(isFinding()).toBe(false);
});

test.each([
  ['IPv6', '192.0.2.7', undefined],
  ['IPv6', '192.0.2.7', noAnswer],
  ['IPv4', undefined, '2001:db8::7'],
])('a DNS that is silent about %s does not keep the other family waiting', async (_silent, v4, v6) => {
  dnsSays(undefined, v4, v6);
  expect(await findAddresses('server.example', undefined)).toEqual([v4 ?? v6]);
  expect(isFinding()).toBe(true);
});

test('one family is searched where one was asked for', async () => {
  dnsSays(undefined, '192.0.2.7', undefined);
  expect(await findAddresses('server.example', 4)).toEqual(['192.0.2.7']);
});

test('a name that is not there is told at once', async () => {
  const lookup = dnsSays(noAnswer, undefined, undefined);
  await expect(findAddresses('server.example', undefined)).rejects.toBe(noAnswer);
  expect(lookup).toHaveBeenCalledTimes(1);
});
