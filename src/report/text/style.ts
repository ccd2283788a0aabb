/** Color, where the screen takes it (ECMA-48, select graphic rendition), and what is marked by it. */
import { stripControl } from '../../errors.js';
import type { NoticeEvent } from '../../events/load.js';

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

/** Whatever is to be known before or beside the figures: a doubt, or a remark. */
export function noticeLine(style: Style, { level, text }: NoticeEvent): string {
  return `${level === 'warning' ? style.warn('warning:') : 'note:'} ${stripControl(text)}\n`;
}
