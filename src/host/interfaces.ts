/** The network interfaces of this machine, those without an address too, which Node does not list. */

import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { attempt } from '../given.js';

/** By name, the number that the kernel has for each; 0 where it is not known. */
export type InterfaceNumbers = ReadonlyMap<string, number>;

/** Where sources differ, as in a network namespace that was entered without its /sys, the kernel's own word to this process is the last. */
export function interfaceNumbers(): InterfaceNumbers {
  return new Map([...ofNames(), ...ofSystem(), ...ofIpv6(), ...linkLocalNumbers()]);
}

function ofNames(): [string, number][] {
  return Object.keys(networkInterfaces()).map((name) => [name, 0]);
}

/** Linux, all of them. */
function ofSystem(): [string, number][] {
  const folder = '/sys/class/net';
  const numberOf = (name: string) => Number(readFileSync(`${folder}/${name}/ifindex`, 'latin1'));
  return attempt(() => readdirSync(folder).map((name): [string, number] => [name, numberOf(name)])) ?? [];
}

/** Linux, those with an address of IPv6: `address index prefix scope flags name`, in hexadecimal digits. */
function ofIpv6(): [string, number][] {
  const lines = attempt(() => readFileSync('/proc/self/net/if_inet6', 'latin1').trim().split('\n')) ?? [];
  return lines.flatMap((line) => {
    const [, index, , , , name] = line.split(/ +/);
    return index === undefined || name === undefined ? [] : [[name, Number.parseInt(index, 16)]];
  });
}

/** Everywhere, those with a link-local address. */
export function linkLocalNumbers(): InterfaceNumbers {
  const numbers = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.flatMap((each): [string, number][] =>
      each.family === 'IPv6' && each.scopeid > 0 ? [[name, each.scopeid]] : [],
    ),
  );
  return new Map(numbers);
}
