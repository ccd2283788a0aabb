/** Figures as the report shows them: three digits that matter, decimal units. */
import { threeDigits } from '../three-digits.js';

const prefixes = ['', 'k', 'M', 'G', 'T'] as const;

export interface Figure {
  readonly value: string;
  readonly unit: string;
}

export const UNKNOWN: Figure = { value: '\u2013', unit: '' };

/** `941` `Mbit/s`. */
export function rate(bitsPerSecond: number | undefined): Figure {
  return bitsPerSecond === undefined ? UNKNOWN : scaled(bitsPerSecond, 'bit/s');
}

export function volume(bytes: number | undefined): Figure {
  return bytes === undefined ? UNKNOWN : scaled(bytes, 'B');
}

/** Finer than a microsecond nothing is measured. */
export function milliseconds(ms: number | undefined): Figure {
  if (ms === undefined) return UNKNOWN;
  return { value: ms < 0.0995 ? ms.toFixed(3) : threeDigits(ms), unit: 'ms' };
}

export function percent(share: number | undefined): Figure {
  return share === undefined ? UNKNOWN : { value: `${Number(share.toPrecision(3))}`, unit: '%' };
}

export function count(value: number | undefined): Figure {
  return value === undefined ? UNKNOWN : { value: Math.round(value).toLocaleString('en-US'), unit: '' };
}

export function seconds(value: number): Figure {
  return { value: `${Number(value.toFixed(3))}`, unit: 's' };
}

/** On one line: the blank does not break. */
export function textOf({ value, unit }: Figure): string {
  return unit === '' ? value : `${value}\u00a0${unit}`;
}

/** The power of 1000 in which an axis up to `most` is labelled. */
export function axisUnit(most: number, unit: string): { readonly divisor: number; readonly unit: string } {
  const power = powerOf(most);
  return { divisor: 1000 ** power, unit: `${prefixes[power]}${unit}` };
}

function scaled(value: number, unit: string): Figure {
  const power = powerOf(value);
  return { value: threeDigits(value / 1000 ** power), unit: `${prefixes[power]}${unit}` };
}

function powerOf(value: number): number {
  let power = 0;
  while (value / 1000 ** power >= 999.5 && power < prefixes.length - 1) power += 1;
  return power;
}
