/** Numbers with units as people type them: sizes are binary (K = 1024), rates decimal (K = 1000), times seconds. */

/** Text that breaks a rule. The caller knows which flag it belongs to: `<flag> '<text>' <rule>: <hint>`. */
export class BadValue extends Error {
  override readonly name = 'BadValue';

  /** @param rule a predicate, e.g. `is not a size`. @param hint what to write instead. */
  constructor(
    rule: string,
    readonly hint: string,
  ) {
    super(rule);
  }
}

const suffixes = ['', 'K', 'M', 'G', 'T'];
const decimal = /^(?:\d+\.?\d*|\.\d+)$/;
const decimalWithSuffix = /^(\d+\.?\d*|\.\d+)([kmgt]?)$/i;

/** Bytes of a size such as `1500`, `64K` or `1.8m`, rounded to whole ones. Throws BadValue. */
export function parseSize(text: string): number {
  const exact = withSuffix(text, 1024, '');
  if (exact === undefined)
    throw new BadValue('is not a size', 'write bytes, or a number with K, M, G or T, such as 64K');
  const bytes = Math.round(exact);
  if (bytes === 0 && exact > 0) throw new BadValue('is less than one byte', 'write whole bytes, or a larger unit');
  return bytes;
}

/**
 * Bits per second, whole, of a rate such as `10M`; a bare number is Mbit/s. Throws BadValue.
 * @param isUnlimitedGood whether 0, which is no limit, may be written instead.
 */
export function parseRate(text: string, isUnlimitedGood = true): number {
  const exact = withSuffix(text, 1000, 'M');
  if (exact === undefined) {
    const hint = 'write Mbit/s, or a number with K, M, G or T, such as 10M';
    throw new BadValue('is not a rate', isUnlimitedGood ? `${hint}; 0 is unlimited` : hint);
  }
  const bitsPerSecond = Math.round(exact);
  if (bitsPerSecond > 0 || exact === 0) return bitsPerSecond;
  throw new BadValue('is less than one bit a second', isUnlimitedGood ? 'write 0 for no limit' : 'write a larger unit');
}

/** Seconds, fractions allowed. Throws BadValue. */
export function parseSeconds(text: string): number {
  if (!decimal.test(text)) throw new BadValue('is not a number of seconds', 'write e.g. 10 or 0.5');
  return Number(text);
}

/** A decimal number, not negative. Throws BadValue. */
export function parseDecimal(text: string): number {
  if (!decimal.test(text)) throw new BadValue('is not a number', 'write e.g. 10 or 0.5');
  return Number(text);
}

/** A whole number of decimal digits, not negative. Throws BadValue. */
export function parseInteger(text: string): number {
  if (!/^\d+$/.test(text)) throw new BadValue('is not a whole number', 'write decimal digits only');
  return Number(text);
}

/** Bytes as `parseSize` reads them, in the largest unit that leaves a whole number: 65536 is `64K`. */
export function sizeText(bytes: number): string {
  return inLargestUnit(bytes, 1024, 0);
}

/** Bits per second as `parseRate` reads them, in the largest unit that leaves a whole number: 10^12 is `1T`. */
export function rateText(bitsPerSecond: number): string {
  return inLargestUnit(bitsPerSecond, 1000, 1);
}

function withSuffix(text: string, base: number, bareSuffix: string): number | undefined {
  const [, digits, given] = decimalWithSuffix.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const suffix = given ? given.toUpperCase() : bareSuffix;
  return Number(digits) * base ** suffixes.indexOf(suffix);
}

function inLargestUnit(value: number, base: number, smallestPower: number): string {
  if (value === 0) return '0';
  const whole = suffixes.findLastIndex((_, power) => value % base ** power === 0);
  const power = Math.max(whole, smallestPower);
  return `${value / base ** power}${suffixes[power]}`;
}
