/** Payload bytes in a stretch of time. Times are seconds since the stream's first payload byte (after the omitted ones). */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly bytes: number;
}

export function bitsPerSecond(span: Span): number {
  const seconds = span.end - span.start;
  return seconds > 0 ? (span.bytes * 8) / seconds : 0;
}
