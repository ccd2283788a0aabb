/** Identifiers of ICMP echo flows: no two traces of one process share one before they have all been used. */
import { randomInt } from 'node:crypto';

let next = randomInt(0x10000);

export function nextIcmpIdentifier(): number {
  next = (next + 1) & 0xffff;
  return next;
}
