/**
 * The report in HTML: one file that needs nothing else and runs nothing, made of the document of `-J` alone, which it
 * carries along. What any peer said is text here, and nothing more.
 */
import { figuresOf } from '../document/figures.js';
import { EMBEDDED_BEGIN, EMBEDDED_END, type Whole } from '../document/read.js';
import type { TestDocument } from '../document/shape.js';
import { jsonText } from '../printable.js';
import { checkLine } from '../text/checks.js';
import { cards } from './cards.js';
import { type Part as Content, html, Markup } from './markup.js';
import { overTime } from './over-time.js';
import { style } from './style.js';
import { endsTable, latencyTable, totals } from './tables.js';
import { facts, headline } from './words.js';

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

export function reportPage({ raw, checked }: Whole): string {
  const title = headline(checked);
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
${body(checked, title)}
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

function body(document: TestDocument, title: string): Content[] {
  const all = figuresOf(document);
  const ran = document.end.streams !== undefined;
  return [
    html`<header><h1>${title}</h1><p class="sub">${subtitle(document)}</p></header>`,
    outcome(document),
    ran ? cards(document, all) : undefined,
    overTime(document, all),
    ran ? section('Result', totals(document, all)) : undefined,
    latency(document),
    document.start.test_start ? section('What was run', definitions(document)) : undefined,
    ran ? section('Both ends', endsTable(document)) : undefined,
    remarks(document),
    attached(document),
    html`<footer>Written by ${document.start.version}. Bytes are payload that the receiver counted; rates are decimal. This file holds its result as JSON: <code>wperf --from FILE -J</code> prints it, <code>--csv</code> makes rows of it, <code>wperf --compare FILE FILE</code> compares two.</footer>`,
  ];
}

function section(title: string, content: Content): Markup {
  return html`<section><h2>${title}</h2>${content}</section>`;
}

function subtitle({ title, start }: TestDocument): string {
  const { timestamp, test_start: test } = start;
  const other = start.connecting_to ?? start.accepted_connection;
  const way = test?.bidir === 1 ? 'both ways' : test?.reverse === 1 ? 'down' : 'up';
  return [
    ...(title !== undefined && other && test
      ? [`${way}, ${start.role === 'server' ? 'client' : 'server'} ${other.host}`]
      : []),
    ...(timestamp ? [`${new Date(timestamp.timemillisecs).toISOString().slice(0, 19).replace('T', ' ')} UTC`] : []),
    start.version,
  ].join(' \u00b7 ');
}

/** What went wrong, before any figure. */
function outcome({ error, end }: TestDocument): Content[] {
  const checks = end.failed_checks ?? [];
  const lines = checks.map(({ figure = null, ...check }) => html`<p>${checkLine({ ...check, figure })}.</p>`);
  return [
    ...(error === undefined
      ? []
      : [html`<div class="told bad" role="note"><p><strong>The test failed.</strong> ${error}</p></div>`]),
    ...(end.interrupted && error === undefined
      ? [
          html`<div class="told" role="note"><p>The test was ended before its time; these are the results so far.</p></div>`,
        ]
      : []),
    ...(lines.length === 0
      ? []
      : [html`<div class="told bad" role="note"><p><strong>Bounds that did not hold.</strong></p>${lines}</div>`]),
  ];
}

function latency(document: TestDocument): Content {
  const table = latencyTable(document);
  if (table === undefined) return undefined;
  const { loaded_up: up, loaded_down: down, queue_up: queued } = document.end.latency ?? {};
  const both = up && down ? ' With both ways loaded a round trip waits in the queues of both, and is one figure.' : '';
  const apart = queued
    ? ' Queued is what each way took beyond the fastest, told apart by the clocks of both ends.'
    : '';
  return section(
    'Latency',
    html`${table}<p class="note">Round trips of pings on a connection of their own, before the load and under it.${both}${apart} RPM (TCP) is 60,000 over the loaded median: akin to the IETF\u2019s responsiveness, and not its procedure.</p>`,
  );
}

function definitions(document: TestDocument): Markup {
  return html`<dl>${facts(document).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function remarks({ end, notes = [] }: TestDocument): Content[] {
  const list = (lines: readonly string[]) =>
    html`<ul class="plain">${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
  const { warnings = [] } = end;
  return [
    ...(warnings.length > 0 ? [section('Warnings', list(warnings))] : []),
    ...(notes.length > 0 ? [section('Notes', list(notes))] : []),
  ];
}

/** What was carried along, by either end. */
function attached({ extra_data: extra, server_output_text: output }: TestDocument): Content[] {
  return [
    ...(extra === undefined ? [] : [section('Extra data', html`<p>${extra}</p>`)]),
    ...(output === undefined
      ? []
      : [
          html`<details><summary>The server\u2019s own report</summary><pre>${output.split('\n').map((line, i) => html`${i === 0 ? '' : new Markup('\n')}${line}`)}</pre></details>`,
        ]),
  ];
}
