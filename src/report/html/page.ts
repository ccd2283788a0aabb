/**
 * The report in HTML: one file that needs nothing else and runs nothing, made of the document of `-J` alone, which it
 * carries along. What any peer said is text here, and nothing more.
 */
import { figuresOf, isDatagram } from '../document/figures.js';
import { EMBEDDED_BEGIN, EMBEDDED_END, type Whole } from '../document/read.js';
import type { TestDocument } from '../document/shape.js';
import { jsonText } from '../printable.js';
import { checkLine } from '../text/checks.js';
import { cards } from './cards.js';
import { chartOf, narrow, wide } from './chart.js';
import { type Part as Content, html, Markup } from './markup.js';
import { style } from './style.js';
import { endsTable, intervalTable, latencyTable, totals } from './tables.js';
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
    chart(document, all),
    ran ? section('Result', totals(document, all)) : undefined,
    latency(document),
    section('What was run', definitions(document)),
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

function chart(document: TestDocument, all: ReturnType<typeof figuresOf>): Content {
  const drawings = [wide, narrow].map((size) => chartOf(document, all, size));
  if (drawings.every((drawing) => drawing === undefined)) return undefined;
  const { latency } = document.end;
  const samples = latency?.samples;
  const several = all.length > 1;
  const remarksBelow = [
    ...((document.start.test_start?.omit ?? 0) > 0 ? ['Seconds that do not count are left out.'] : []),
    ...(latency && !samples ? ['Single round trips are not in this result; --latency-samples puts them there.'] : []),
    ...(samples && samples.one_of > 1 ? [`Of the round trips one of ${samples.one_of} is drawn.`] : []),
    ...(several && samples ? ['A round trip crosses both ways: which of them held it up cannot be told from it.'] : []),
  ];
  const legend = [
    ...all.map(({ direction }) =>
      key(`line ${direction}`, several ? `${direction === 'up' ? 'Up' : 'Down'}` : `Received ${direction}`),
    ),
    ...(samples && samples.loaded.length > 0 ? [key('line latency', 'Round trip under load')] : []),
    ...(samples && latency?.idle ? [key('idle', 'Idle median')] : []),
    ...(samples?.loaded.some(({ rtt_ms }) => rtt_ms === undefined)
      ? [html`<li>\u25bc no answer when the test ended</li>`]
      : []),
  ];
  return section(
    `${isDatagram(document) ? 'Rate and loss' : samples ? 'Rate and latency' : 'Rate'} over time`,
    html`<figure><ul class="legend">${legend}</ul>${drawings}</figure>${remarksBelow.length === 0 ? undefined : html`<p class="note">${remarksBelow.join(' ')}</p>`}${intervalTable(document, all)}`,
  );
}

function key(line: string, name: string): Markup {
  return html`<li><svg viewBox="0 0 30 10" aria-hidden="true"><path class="${line}" d="M0 5H30"/></svg>${name}</li>`;
}

function latency(document: TestDocument): Content {
  const table = latencyTable(document);
  if (table === undefined) return undefined;
  const { loaded_up: up, loaded_down: down } = document.end.latency ?? {};
  const both = up && down ? ' With both ways loaded a round trip waits in the queues of both, and is one figure.' : '';
  return section(
    'Latency',
    html`${table}<p class="note">Round trips of pings on a connection of their own, before the load and under it.${both} RPM (TCP) is 60,000 over the loaded median: akin to the IETF\u2019s responsiveness, and not its procedure.</p>`,
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
