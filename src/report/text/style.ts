/** Color, where the screen takes it (ECMA-48, select graphic rendition). */

export interface Style {
  strong(text: string): string;
  warn(text: string): string;
  fail(text: string): string;
}

const paint = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
const colored: Style = { strong: paint(1), warn: paint(33), fail: paint(31) };
const plain: Style = { strong: (text) => text, warn: (text) => text, fail: (text) => text };

export function styleOf(color: boolean): Style {
  return color ? colored : plain;
}
