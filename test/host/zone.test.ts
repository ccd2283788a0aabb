/** Zones by name and by number, on a machine whose interfaces are known. */
import type { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { withZoneName, zoneFlaw } from '../../src/host/zone.js';

const interfaces = {
  lo: [{ family: 'IPv6', address: '::1', scopeid: 0 }],
  eth0: [
    { family: 'IPv4', address: '192.0.2.1' },
    { family: 'IPv6', address: 'fe80::9', scopeid: 2 },
  ],
  '7': [{ family: 'IPv6', address: 'fe80::8', scopeid: 3 }],
} as unknown as ReturnType<typeof networkInterfaces>;

it.each([
  ['fe80::1%2', 'fe80::1%eth0'],
  ['FE80:0::1%2', 'fe80::1%eth0'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['fe80::1%5', 'fe80::1%5'],
  // An interface may be called by a number.
  ['fe80::1%7', 'fe80::1%7'],
  ['fe80::1%3', 'fe80::1%7'],
  ['fe80::1', 'fe80::1'],
  ['192.0.2.1', '192.0.2.1'],
  ['server.example', 'server.example'],
])('%s is %s to Node', (host, expected) => expect(withZoneName(host, 'linux', interfaces)).toBe(expected));

it('is left as it is on Windows, where Node knows zones by number', () => {
  expect(withZoneName('fe80::1%2', 'win32', interfaces)).toBe('fe80::1%2');
});

it.each([
  ['fe80::1%eth0', undefined],
  ['fe80::1%2', undefined],
  ['2001:db8::1', undefined],
  ['server.example', undefined],
  ['fe80::1%nope', 'fe80::1%nope has a zone that is no interface of this machine: name one of 7, lo, eth0'],
  ['fe80::1%5', 'fe80::1%5 has a zone that is no interface of this machine: name one of 7, lo, eth0'],
  ['fe80::1', 'fe80::1 is a link-local address without its zone: name the interface, as in fe80::1%eth0'],
])('the flaw of %s is %s', (address, expected) => {
  const flaw = zoneFlaw(address, interfaces);
  expect(flaw && `${flaw.text}: ${flaw.hint}`).toBe(expected);
});
