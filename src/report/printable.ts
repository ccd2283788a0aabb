/** Words of a peer made safe to show: neither a title nor a server's report may move the cursor of who reads it. */
import { stripControl } from '../errors.js';
import type { TestEvent } from '../events/load.js';

/** The event with control characters and bidirectional overrides removed; only the server's report keeps its lines. */
export function printableEvent<T extends TestEvent>(event: T): T {
  // An error is no plain data, and cleans its message itself.
  return event.type === 'error' ? event : (printable(event) as T);
}

function printable(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return key === 'serverOutput' ? printableLines(value) : stripControl(value);
  if (Array.isArray(value)) return value.map((item) => printable(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, printable(item, name)]));
}

function printableLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => stripControl(line))
    .join('\n');
}

/** JSON that says the same with every character a terminal may obey escaped, which JSON itself does only below U+0020. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
