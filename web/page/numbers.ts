/** Figures as people read them: three digits, and a dash for what is not known. Pure. */

export interface Shown {
  readonly figure: string;
  readonly unit: string;
}

export const unknown = '–';

export function digits(value: number): string {
  if (!Number.isFinite(value)) return unknown;
  if (value === 0) return '0';
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)) + 1e-9));
  return value.toFixed(Math.min(2, decimals));
}

/** On an axis, where others stand beside it. */
export function roundDigits(value: number): string {
  return String(Number(value.toPrecision(6)));
}

const rateUnits = [
  [1e9, 'Gbit/s'],
  [1e6, 'Mbit/s'],
  [1e3, 'kbit/s'],
] as const;

export function rate(bitsPerSecond: number | undefined): Shown {
  if (bitsPerSecond === undefined) return { figure: unknown, unit: 'Mbit/s' };
  const [scale, unit] = rateUnits.find(([least]) => bitsPerSecond >= least) ?? [1e3, 'kbit/s'];
  return { figure: digits(bitsPerSecond / scale), unit };
}

export function milliseconds(ms: number | null | undefined): Shown {
  return { figure: ms === null || ms === undefined ? unknown : digits(ms), unit: 'ms' };
}

export function volume(bytes: number): string {
  if (bytes >= 1e9) return `${digits(bytes / 1e9)} GB`;
  return bytes >= 1e6 ? `${digits(bytes / 1e6)} MB` : `${digits(bytes / 1e3)} kB`;
}

/** A round number at or above, in steps of 1, 2 and 5. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const scale = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * scale >= value * 0.999) ?? 10) * scale;
}
