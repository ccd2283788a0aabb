/** Color, where the screen takes it (ECMA-48, select graphic rendition), and what is marked by it. */
import { stripControl } from '../../errors.js';
import type { ErrorEvent, NoticeEvent } from '../../events/load.js';

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

/** Whatever is to be known before or beside the figures, a doubt or a remark, or in their place. */
export function messageLine(style: Style, event: NoticeEvent | Pick<ErrorEvent, 'type' | 'error'>): string {
  if (event.type === 'error') return `${style.fail('wperf: error:')} ${event.error.line}\n`;
  return `${event.level === 'warning' ? style.warn('warning:') : 'note:'} ${stripControl(event.text)}\n`;
}
