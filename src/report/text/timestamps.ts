/** Date and time before each line. */
import type { Sink } from '../reporter.js';

/** `now` is milliseconds since 1970; the stamp is local time with its offset from UTC (RFC 3339). */
export function withTimestamps(sink: Sink, now: () => number): Sink {
  return {
    write: (text) => {
      const lines = text.replace(/\n$/, '').split('\n');
      sink.write(lines.map((line) => `${localTime(now())} ${line}\n`).join(''));
    },
  };
}

function localTime(wallMs: number): string {
  const minutes = -new Date(wallMs).getTimezoneOffset();
  const local = new Date(wallMs + minutes * 60_000).toISOString().slice(0, 23);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${local}${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}
