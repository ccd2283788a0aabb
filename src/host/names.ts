/** From a name to its addresses, as the system finds them: by its files, the DNS, or whatever else it is told to ask. */
import { lookup } from 'node:dns/promises';
import type { Family } from '../net/ip.js';

let searches = 0;

/** All addresses, in the system's order. Rejects as `dns.lookup` does. A search that was begun cannot be ended. */
export async function findAddresses(name: string, family: Family | undefined): Promise<string[]> {
  searches += 1;
  try {
    const found = await lookup(name, { all: true, family: family ?? 0, verbatim: true });
    return found.map(({ address }) => address);
  } finally {
    searches -= 1;
  }
}

/** Node does not exit before the system has given up, which takes it ten seconds and more where the DNS is silent. */
export function isFinding(): boolean {
  return searches > 0;
}
