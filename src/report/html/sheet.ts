/**
 * What all reports in HTML have in common: one file that needs nothing else and runs nothing, and that carries its
 * document along. What any peer said is text here, and nothing more.
 */
import { EMBEDDED_BEGIN, EMBEDDED_END } from '../document/read.js';
import { jsonText } from '../printable.js';
import type { Fact } from './load/words.js';
import { html, Markup, type Part } from './markup.js';
import { style } from './style.js';

interface Sheet {
  readonly title: string;
  readonly subtitle: string;
  readonly body: Part;
  /** The program that wrote the document, where it tells. */
  readonly by?: string | undefined;
  /** What its figures mean, in whole sentences. */
  readonly about: Part;
  /** What else can be done with the document, besides printing it. */
  readonly more?: readonly Markup[];
  readonly raw: unknown;
}

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

export function sheet({ title, subtitle, body, by = 'wperf', about, more = [], raw }: Sheet): string {
  const uses = [html`<code>wperf --from FILE -J</code> prints it`, ...more];
  const listed = uses.map((use, i) => html`${i === 0 ? '' : ', '}${use}`);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title} \u00b7 wperf</title>
<style>${new Markup(style)}</style>
</head>
<body>
<main>
<header><h1>${title}</h1><p class="sub">${subtitle}</p></header>${body}<footer>Written by ${by}. ${about} This file holds its result as JSON: ${listed}.</footer>
</main>
${new Markup(EMBEDDED_BEGIN)}${new Markup(embedded(raw))}${new Markup(EMBEDDED_END)}
</body>
</html>
`;
  return page.text;
}

/** No character of it can end the element that it is in. */
function embedded(raw: unknown): string {
  return jsonText(raw).replaceAll('<', '\\u003c');
}

export function section(title: string, content: Part): Markup {
  return html`<section><h2>${title}</h2>${content}</section>`;
}

/** Before any figure. */
export function told(kind: 'bad' | '', content: Part): Markup {
  return html`<div class="told ${kind}" role="note">${content}</div>`;
}

export function failure(what: string, error: string | undefined): Part {
  return error === undefined ? undefined : told('bad', html`<p><strong>${what}</strong> ${error}</p>`);
}

export function interruption(is: boolean | undefined): Part {
  if (!is) return undefined;
  return told('', html`<p>The test was ended before its time; these are the results so far.</p>`);
}

export function definitions(facts: readonly Fact[]): Markup {
  return html`<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

export function remarks(warnings: readonly string[] = [], notes: readonly string[] = []): Part {
  const list = (title: string, lines: readonly string[]) =>
    lines.length === 0
      ? undefined
      : section(title, html`<ul class="plain">${lines.map((line) => html`<li>${line}</li>`)}</ul>`);
  return [list('Warnings', warnings), list('Notes', notes)];
}

/** `2026-01-02 03:04:05 UTC`. */
export function utc(at: { readonly timemillisecs: number } | undefined): string[] {
  return at ? [`${new Date(at.timemillisecs).toISOString().slice(0, 19).replace('T', ' ')} UTC`] : [];
}
