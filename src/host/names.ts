/** From a name to its addresses, as the system finds them: by its files, the DNS, or whatever else it is told to ask. */
import { lookup } from 'node:dns/promises';
import { waits } from '../defaults/index.js';
import type { Family } from '../net/ip.js';
import { systemClock } from './clock.js';

let searches = 0;

/**
 * All addresses, in the system's order. A DNS that keeps silent about one family holds the system's search up for long:
 * after a while the other alone will do. Rejects as `dns.lookup` does. A search that was begun cannot be ended.
 */
export function findAddresses(name: string, family: Family | undefined): Promise<string[]> {
  const asked = search(name, family ?? 0);
  if (family !== undefined) return asked;
  return new Promise((resolve, reject) => {
    const searchApart = () => Promise.any([search(name, 4), search(name, 6)]).then(resolve, () => {});
    const cancel = systemClock.at(systemClock.now() + waits.bothFamiliesSeconds, searchApart);
    asked.then(resolve, reject).finally(cancel);
  });
}

async function search(name: string, family: Family | 0): Promise<string[]> {
  searches += 1;
  try {
    const found = await lookup(name, { all: true, family, verbatim: true });
    return found.map(({ address }) => address);
  } finally {
    searches -= 1;
  }
}

/** Node does not exit before the system has given up, which takes it ten seconds and more where the DNS is silent. */
export function isFinding(): boolean {
  return searches > 0;
}
