/** Zones by name and by number, on a machine whose interfaces are known. */
import { expect, it } from 'vitest';
import { scopeIdOf, withZoneName, zoneFlaw, zoneOf } from '../../src/host/zone.js';

const interfaces = new Map([
  ['7', 3],
  ['lo', 1],
  ['eth0', 2],
]);

it.each([
  ['fe80::1%2', 'fe80::1%eth0'],
  ['fe80::1%1', 'fe80::1%lo'],
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
  ['fe80::1%1', undefined],
  ['fe80::1%0', 'fe80::1%0 has a zone that is no interface of this machine: name one of 7, lo, eth0'],
  ['2001:db8::1', undefined],
  ['server.example', undefined],
  ['fe80::1%nope', 'fe80::1%nope has a zone that is no interface of this machine: name one of 7, lo, eth0'],
  ['fe80::1%5', 'fe80::1%5 has a zone that is no interface of this machine: name one of 7, lo, eth0'],
  ['fe80::1', 'fe80::1 is a link-local address without its zone: name the interface, as in fe80::1%eth0'],
])('the flaw of %s is %s', (address, expected) => {
  const flaw = zoneFlaw(address, interfaces);
  expect(flaw && `${flaw.text}: ${flaw.hint}`).toBe(expected);
});

it.each([
  [undefined, 0],
  ['lo', 1],
  ['1', 1],
  ['eth0', 2],
  // By its name before its number.
  ['7', 3],
  ['3', 3],
  ['9', 0],
  ['nope', 0],
])('the scope of the zone %s is %i', (zone, scopeId) => expect(scopeIdOf(zone, interfaces)).toBe(scopeId));

it.each([
  [1, 'lo'],
  [3, '7'],
  [9, '9'],
])('the zone of the scope %i is %s', (scopeId, zone) => expect(zoneOf(scopeId, interfaces)).toBe(zone));
