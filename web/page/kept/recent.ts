/** Results that this browser keeps of this server; where it keeps nothing, there are none. */

export interface Kept {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Bit/s and milliseconds. */
  readonly down: number | null;
  readonly up: number | null;
  readonly idle: number | null;
}

const KEY = 'wperf.results';
const MOST = 20;

export function recent(): Kept[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isKept).slice(-MOST) : [];
  } catch {
    return [];
  }
}

export function keep(result: Kept): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...recent(), result].slice(-MOST)));
  } catch {}
}

export function forget(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {}
}

function isKept(value: unknown): value is Kept {
  const { at, down, up, idle } = (value ?? {}) as Record<string, unknown>;
  const isFigure = (figure: unknown) => figure === null || typeof figure === 'number';
  return typeof at === 'number' && [down, up, idle].every(isFigure);
}
