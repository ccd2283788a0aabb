/** Ways to probe that this machine cannot open leave no descriptor behind. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Libc, loadLibc } from '../../../src/host/linux/libc.js';
import { openLinuxErrqueue } from '../../../src/trace/linux/errqueue-prober.js';
import { openLinuxRaw } from '../../../src/trace/linux/raw-prober.js';
import { describeNeeding, root } from '../../support/needs.js';

const target = { ip: '127.0.0.1', family: 4, scopeId: 0 } as const;
const calls = ['epoll_create1', 'epoll_ctl'] as const;

/** Has each call fail while `body` runs. */
async function without(call: (typeof calls)[number], body: () => Promise<void>): Promise<void> {
  const all: { -readonly [name in keyof Libc['calls']]: Libc['calls'][name] } = loadLibc().calls;
  const { [call]: usual } = all;
  all[call] = () => -1;
  try {
    await body();
  } finally {
    all[call] = usual;
  }
}

const openDescriptors = () => readdirSync('/proc/self/fd').length;

async function leavesNone(open: () => Promise<{ close(): void }>, call: (typeof calls)[number]): Promise<void> {
  (await open()).close();
  const before = openDescriptors();
  await without(call, async () => {
    for (let i = 0; i < 3; i++) {
      const opened = await open().catch(() => undefined);
      opened?.close();
    }
  });
  expect(openDescriptors()).toBeLessThan(before + 3);
}

const options = (protocol: 'udp' | 'tcp' | 'icmp') => ({ target, protocol, port: 33_434, wake: () => {} });

describe.skipIf(process.platform !== 'linux').each(calls)('where %s fails', (call) => {
  test.each(['udp', 'tcp'] as const)('an ordinary socket for %s is closed', async (protocol) => {
    await leavesNone(() => openLinuxErrqueue(options(protocol)), call);
  });
});

describeNeeding('with the right to raw sockets', [root], () => {
  test.each(calls.flatMap((call) => (['udp', 'tcp', 'icmp'] as const).map((protocol) => [call, protocol] as const)))(
    'where %s fails those for %s are closed',
    (call, protocol) => leavesNone(() => openLinuxRaw(options(protocol)), call),
  );
});
