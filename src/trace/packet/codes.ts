/** What ICMP types and codes mean to a trace: RFC 792, RFC 1122, RFC 1812, RFC 4443. */
import type { Family } from '../../net/ip.js';
import type { Reply } from '../prober.js';

export const icmp4 = { echoReply: 0, unreachable: 3, echoRequest: 8, timeExceeded: 11 } as const;
export const icmp6 = { unreachable: 1, tooBig: 2, timeExceeded: 3, echoRequest: 128, echoReply: 129 } as const;

/** Of destinations that are unreachable, by code. */
const marks4 = ['!N', '!H', '!P', '', '!F', '!S', '!N', '!H', '!N', '!X', '!X', '!N', '!H', '!X', '!V', '!C'];
const marks6 = ['!N', '!X', '!S', '!H', '', '!X', '!X'];

/** Kind and mark of an ICMP error, or undefined when it is none that ends or marks a hop. */
export function meaningOfError(
  family: Family,
  type: number,
  code: number,
): { kind: Exclude<Reply['kind'], 'answer'>; code: string } | undefined {
  const numbers = family === 4 ? icmp4 : icmp6;
  if (type === numbers.timeExceeded) return code === 0 ? { kind: 'time-exceeded', code: '' } : undefined;
  if (family === 6 && type === icmp6.tooBig) return { kind: 'unreachable', code: '!F' };
  if (type !== numbers.unreachable) return undefined;
  return { kind: 'unreachable', code: (family === 4 ? marks4 : marks6)[code] ?? `!<${code}>` };
}
