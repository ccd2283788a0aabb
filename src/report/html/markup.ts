/** HTML in which whatever is put into a template is text, unless it is markup made by one. */
import { withoutControl } from '../../errors.js';

export class Markup {
  constructor(readonly text: string) {}
}

/** What a template takes: text is escaped, markup is not, and nothing is left out. */
export type Part = string | number | Markup | undefined | readonly Part[];

export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(texts.map((text, i) => text + rendered(parts[i])).join(''));
}

function rendered(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'string') return escaped(part);
  return typeof part === 'number' ? String(part) : part.map(rendered).join('');
}

/** Fit for text and for attributes in double quotes; without what could turn the direction of the text around it. */
function escaped(text: string): string {
  return withoutControl(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
