/** What ICMP types and codes mean to a trace: RFC 792, RFC 1122, RFC 1812, RFC 4443. */
import type { Family } from '../../net/ip.js';
import type { Reply } from '../prober.js';

export const icmp4 = { echoReply: 0, unreachable: 3, echoRequest: 8, timeExceeded: 11 } as const;
export const icmp6 = { unreachable: 1, tooBig: 2, timeExceeded: 3, echoRequest: 128, echoReply: 129 } as const;

const marks4: Readonly<Record<number, string>> = {
  0: '!N',
  1: '!H',
  2: '!P',
  3: '',
  4: '!F',
  5: '!S',
  6: '!N',
  7: '!H',
  8: '!N',
  9: '!X',
  10: '!X',
  11: '!N',
  12: '!H',
  13: '!X',
  14: '!V',
  15: '!C',
};

const marks6: Readonly<Record<number, string>> = { 0: '!N', 1: '!X', 2: '!S', 3: '!H', 4: '', 5: '!X', 6: '!X' };

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
