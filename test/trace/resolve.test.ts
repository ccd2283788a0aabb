import { describe, expect, test, vi } from 'vitest';
import { hintFor } from '../../src/trace/open.js';
import { tracePort, traceSettings } from '../../src/trace/options.js';
import { hopNames, resolveTarget } from '../../src/trace/resolve.js';

describe('targets', () => {
  test('literals need no lookup', async () => {
    expect(await resolveTarget('192.0.2.1')).toEqual({ ip: '192.0.2.1', family: 4, scopeId: 0 });
    expect(await resolveTarget('2001:DB8::1', 6)).toEqual({ ip: '2001:db8::1', family: 6, scopeId: 0 });
    for (const mapped of [
      '::ffff:192.0.2.1',
      '::FFFF:192.0.2.1',
      '::ffff:c000:201',
      '0:0:0:0:0:FFFF:192.0.2.1',
      '::ffff:192.0.2.1%1',
    ])
      expect(await resolveTarget(mapped, 4)).toMatchObject({ ip: '192.0.2.1', family: 4 });
    await expect(resolveTarget('::ffff:192.0.2.1', 6)).rejects.toMatchObject({ code: 'usage' });
    expect(await resolveTarget('fe80::1%1')).toEqual({ ip: 'fe80::1', family: 6, scopeId: 1 });
  });

  test('names of this machine', async () => {
    expect(await resolveTarget('localhost', 4)).toEqual({ ip: '127.0.0.1', family: 4, scopeId: 0 });
  });

  test('a literal of the other family is refused', async () => {
    const refused = resolveTarget('192.0.2.1', 6);
    await expect(refused).rejects.toMatchObject({ code: 'usage', message: '192.0.2.1 is not an IPv6 address' });
  });

  test('a name that is not found is told with what to check', async () => {
    const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
    await expect(resolveTarget('s.example', 4, failing('EAI_AGAIN'))).rejects.toMatchObject({
      ...{ code: 'dns-failure', message: 'no IPv4 address for s.example' },
      hint: 'the DNS does not answer: check the network',
    });
    await expect(resolveTarget('s.example', undefined, failing('ENOTFOUND'))).rejects.toMatchObject({
      hint: 'check the name and the DNS',
    });
  });

  test('a search is given up with the trace', async () => {
    const asked = resolveTarget('s.example', undefined, () => new Promise(() => {}), AbortSignal.abort());
    await expect(asked).rejects.toMatchObject({ code: 'interrupted' });
  });

  test('an interface nobody has is refused', async () => {
    await expect(resolveTarget('fe80::1%none0')).rejects.toMatchObject({ code: 'usage' });
  });

  test('a link-local address without its zone is refused, and passed over where a name has another', async () => {
    const hint = 'name the interface, as in fe80::1%eth0';
    await expect(resolveTarget('fe80::1')).rejects.toMatchObject({
      ...{ code: 'usage', hint },
      message: 'fe80::1 is a link-local address without its zone',
    });
    const has =
      (...addresses: string[]) =>
      async () =>
        addresses;
    await expect(resolveTarget('s.example', 6, has('fe80::1', 'fe80::2'))).rejects.toMatchObject({
      ...{ code: 'usage', hint },
      message: 's.example is fe80::1, a link-local address without its zone',
    });
    expect(await resolveTarget('s.example', undefined, has('fe80::1', '2001:db8::1', '192.0.2.1'))).toMatchObject({
      ip: '2001:db8::1',
    });
  });

  test.each([
    ['0.0.0.0', 'the address of no host'],
    ['::', 'the address of no host'],
    ['::ffff:0.0.0.0', 'the address of no host'],
    ['224.0.0.1', 'an address of a group of hosts'],
    ['239.255.255.255', 'an address of a group of hosts'],
    ['ff02::1', 'an address of a group of hosts'],
    ['ff02::1%1', 'an address of a group of hosts'],
    ['255.255.255.255', 'the address of all hosts'],
  ])('%s is refused, and passed over where a name has another', async (address, words) => {
    const refusal = { code: 'usage', hint: 'name one host' };
    await expect(resolveTarget(address)).rejects.toMatchObject({ ...refusal, message: `${address} is ${words}` });
    await expect(resolveTarget('s.example', undefined, async () => [address])).rejects.toMatchObject({
      ...refusal,
      message: expect.stringMatching(new RegExp(`^s\\.example is [\\da-f:.]+, ${words}$`)),
    });
    const both = async () => [address, '192.0.2.1'];
    expect(await resolveTarget('s.example', undefined, both)).toMatchObject({ ip: '192.0.2.1' });
  });

  test.each(['0.0.0.1', '223.255.255.255', '240.0.0.1', '255.255.255.254', '::1', 'fe00::1'])(
    '%s may be of a host',
    async (address) => expect(await resolveTarget(address)).toMatchObject({ ip: address }),
  );

  test('a name that cannot be', async () => {
    const refused = resolveTarget('a..b', 4);
    await expect(refused).rejects.toMatchObject({ code: 'dns-failure', message: 'no IPv4 address for a..b' });
  });
});

describe('names of hops', () => {
  const names = (reverse: (ip: string) => Promise<readonly string[]>) => hopNames(reverse, () => undefined);

  test('each address is asked for once', async () => {
    const reverse = vi.fn(async () => ['router.example']);
    const asked = names(reverse);
    expect(await Promise.all([asked.nameOf('192.0.2.1'), asked.nameOf('192.0.2.1')])).toEqual([
      'router.example',
      'router.example',
    ]);
    expect(reverse).toHaveBeenCalledTimes(1);
  });

  test.each([
    { name: 'terminal commands', record: '\u001b[31mred\u0007', printed: '[31mred' },
    {
      name: 'columns of its own',
      record: 'a.example (192.0.2.9)  1.0 ms\n 9  b',
      printed: 'a.example_(192.0.2.9)_1.0_ms_9_b',
    },
    { name: 'more than a name can be', record: 'x'.repeat(5000), printed: 'x'.repeat(253) },
    { name: 'nothing', record: '\u0000', printed: undefined },
  ])('a record with $name', async ({ record, printed }) => {
    expect(await names(async () => [record]).nameOf('192.0.2.1')).toBe(printed);
  });

  test('no record, a failure and silence are no name', async () => {
    vi.useFakeTimers();
    try {
      expect(await names(async () => []).nameOf('192.0.2.1')).toBeUndefined();
      expect(await names(() => Promise.reject(new Error('SERVFAIL'))).nameOf('192.0.2.1')).toBeUndefined();
      const silent = names(() => new Promise(() => undefined)).nameOf('192.0.2.1');
      await vi.advanceTimersByTimeAsync(1000);
      expect(await silent).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('options', () => {
  test('what is not given is the default', () => {
    expect(traceSettings({ host: 'h' })).toEqual({
      host: 'h',
      lastWordSeconds: 3.5,
      protocol: 'auto',
      maxHops: 30,
      firstHop: 1,
      queries: 3,
      timeoutSeconds: 1,
      serial: false,
      names: true,
    });
  });

  test.each([
    [{ maxHops: 0 }, 'maxHops 0 is not a whole number from 1 to 255'],
    [{ maxHops: 1.5 }, 'maxHops 1.5 is not a whole number from 1 to 255'],
    [{ maxHops: 5, firstHop: 6 }, 'firstHop 6 is not a whole number from 1 to 5'],
    [{ queries: 11 }, 'queries 11 is not a whole number from 1 to 10'],
    [{ timeoutSeconds: Number.NaN }, 'timeoutSeconds NaN is not a number from 0.05 to 60'],
    [{ port: 70_000 }, '--tr-port 70000 is not a number from 1 to 65535'],
  ])('%j is refused', (options, message) => {
    expect(() => traceSettings({ host: 'h', ...options })).toThrow(message);
  });

  test('in-band probes need a connection, which a trace to a host has not', () => {
    expect(() => traceSettings({ host: 'h', protocol: 'inband' })).toThrow(
      '--tr-proto inband needs a connection that h made, and --traceroute has none',
    );
  });

  test('UDP ports leave room to count up', () => {
    expect(tracePort('udp', traceSettings({ host: 'h' }))).toBe(33_434);
    expect(tracePort('tcp', traceSettings({ host: 'h' }))).toBe(80);
    expect(tracePort('tcp', traceSettings({ host: 'h', port: 65_535 }))).toBe(65_535);
    expect(() => tracePort('udp', traceSettings({ host: 'h', port: 65_535 }))).toThrow(
      '--tr-port 65535 is not a number from 1 to 65446',
    );
  });

  test('what to do where no way is open', () => {
    expect(hintFor('darwin', 'auto')).toContain('raw-socket');
    expect(hintFor('linux', 'udp')).not.toContain('ping_group_range');
    expect(hintFor('linux', 'icmp')).toContain('ping_group_range');
  });
});
