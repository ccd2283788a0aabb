/** Figures as people read them: decimal units, three digits that matter, as iperf3 prints them. */
import type { RateUnit } from '../../plan/plan.js';
import { threeDigits } from '../three-digits.js';

const prefixes = ['', 'K', 'M', 'G', 'T'] as const;

/** `25.0 Gbits/sec`; with a unit, always in that one. */
export function rateFigure(bitsPerSecond: number, unit?: RateUnit): string {
  return `${scaled(bitsPerSecond, unit)}bits/sec`;
}

/** `1.31 GBytes`, a GByte being 10^9 bytes. */
export function bytesText(bytes: number): string {
  return `${scaled(bytes)}Bytes`;
}

function scaled(value: number, unit?: RateUnit): string {
  const fixed = unit === undefined ? -1 : prefixes.indexOf(unit.toUpperCase() as (typeof prefixes)[number]);
  let power = Math.max(0, fixed);
  let rest = value / 1000 ** power;
  while (fixed < 0 && rest >= 999.5 && power < prefixes.length - 1) {
    rest /= 1000;
    power += 1;
  }
  return `${threeDigits(rest)} ${prefixes[power]}`;
}

export function millisecondsText(ms: number): string {
  return `${ms < 10 ? ms.toFixed(3) : ms.toFixed(1)} ms`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `10 s`, `0.5 s`: no digit that says nothing. */
export function secondsText(seconds: number): string {
  return `${Number(seconds.toFixed(3))} s`;
}

/** A size on the command line, in binary units where it is a whole number of them: `64 KiB`. */
export function sizeFigure(bytes: number): string {
  if (bytes >= 2 ** 20 && bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20} MiB`;
  return bytes % 1024 === 0 ? `${bytes / 1024} KiB` : plural(bytes, 'byte');
}
