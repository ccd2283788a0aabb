/** Sums over parallel streams. Pure. */
import type { Span } from './span.js';

/** All streams' bytes, over the stretch of time in which any of them ran. At least one span is needed. */
export function unionOf(spans: readonly Span[]): Span {
  return {
    start: Math.min(...spans.map((span) => span.start)),
    end: Math.max(...spans.map((span) => span.end)),
    bytes: spans.reduce((sum, span) => sum + span.bytes, 0),
  };
}

/** Undefined when any of them is, or there are none. */
export function allOf<T>(values: readonly (T | undefined)[]): readonly T[] | undefined {
  const present = values.filter((value) => value !== undefined);
  return present.length === values.length && present.length > 0 ? present : undefined;
}

export function sumIfAll(values: readonly (number | undefined)[]): number | undefined {
  return allOf(values)?.reduce((a, b) => a + b);
}
