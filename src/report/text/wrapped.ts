/** Lines that a terminal would cut anywhere, cut between words. */
import type { Sink } from '../reporter.js';

/** In less, words do not fit either. */
const LEAST_ROOM = 20;
const INDENT = '  ';
// biome-ignore lint/suspicious/noControlCharactersInRegex: color sequences take no room
const invisible = /\u001b\[[0-9;]*m/g;

/** `columns` is undefined where lines may have any length. What is written ends with a line. */
export function withWrapping(sink: Sink, columns: () => number | undefined): Sink {
  return {
    write(text) {
      const room = columns() ?? 0;
      if (room < LEAST_ROOM) sink.write(text);
      else
        sink.write(
          text
            .split('\n')
            .map((line) => wrapped(line, room))
            .join('\n'),
        );
    },
  };
}

function wrapped(line: string, room: number): string {
  if (widthOf(line) <= room) return line;
  const lines: string[] = [];
  // The blanks before a word go with it: inside a line they are what aligns its columns.
  for (const word of line.match(/\s*\S+/g) ?? []) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last + word) <= room) lines[lines.length - 1] = last + word;
    else lines.push(last === undefined ? word : INDENT + word.trimStart());
  }
  return lines.join('\n');
}

function widthOf(text: string): number {
  return [...text.replace(invisible, '')].length;
}
