/** Type of service as people write it: a number, or the name of a code point, as iperf3 takes them. */
import { limits } from '../../../defaults/index.js';
import { BadValue } from '../../../units.js';
import type { FlagType } from './types.js';

/** Code points by name: RFC 2474, 2597, 3246 and 8622. */
const codePoints = new Map<string, number>([
  ...Array.from({ length: 8 }, (_, n) => [`cs${n}`, 8 * n] as const),
  ...[1, 2, 3, 4].flatMap((n) => [1, 2, 3].map((drop) => [`af${n}${drop}`, 8 * n + 2 * drop] as const)),
  ['ef', 46],
  ['le', 1],
]);

/** The old names of RFC 1349, each a bit of its own beside the code points. */
const oldNames = new Map([
  ['lowdelay', 0x10],
  ['throughput', 0x08],
  ['reliability', 0x04],
]);

/** The octet itself. */
export const tos: FlagType<number> = {
  placeholder: 'N',
  range: `${limits.socket.tos.min} to ${limits.socket.tos.max}`,
  parse: (text) => inRange(text, limits.socket.tos),
};

/** The octet that has the code point. */
export const dscp: FlagType<number> = {
  placeholder: 'NAME|N',
  range: `${limits.socket.dscp.min} to ${limits.socket.dscp.max}`,
  parse(text) {
    const name = text.toLowerCase();
    const octet = oldNames.get(name);
    if (octet !== undefined) return octet;
    const codePoint = codePoints.get(name);
    if (codePoint !== undefined) return codePoint << 2;
    if (!/^\d/.test(text))
      throw new BadValue('is not a known code point', 'give af11 to af43, cs0 to cs7, ef, le, or 0 to 63');
    return inRange(text, limits.socket.dscp) << 2;
  },
};

/** Decimal, with 0x hexadecimal, with 0 octal. */
function inRange(text: string, { min, max }: { readonly min: number; readonly max: number }): number {
  const value = numberOf(text.toLowerCase());
  if (value === undefined) throw new BadValue('is not a whole number', 'write it as 40, 0x28 or 050');
  if (value < min || value > max) throw new BadValue('is out of range', `give ${min} to ${max}`);
  return value;
}

function numberOf(text: string): number | undefined {
  if (/^0x[0-9a-f]{1,8}$/.test(text)) return Number(text);
  if (/^0[0-7]{1,8}$/.test(text)) return Number.parseInt(text, 8);
  return /^(0|[1-9]\d{0,8})$/.test(text) ? Number(text) : undefined;
}
