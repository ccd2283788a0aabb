/** The report of a test in HTML, made of the document of `-J` alone. */
import { figuresOf } from '../../document/figures.js';
import type { Whole } from '../../document/read.js';
import type { TestDocument } from '../../document/shape.js';
import { jsonText } from '../../printable.js';
import { checkLine } from '../../text/load/checks.js';
import { overTime } from '../drawing/over-time.js';
import { type Part as Content, html, Markup } from '../markup.js';
import { routeSections } from '../route/route-page.js';
import { definitions, failure, interruption, remarks, section, sheet, told, utc } from '../sheet.js';
import { cards } from './cards.js';
import { endsTable, latencyTable, totals } from './tables.js';
import { facts, headline } from './words.js';

export function reportPage({ raw, checked }: Whole): string {
  const title = headline(checked);
  const more = [html`<code>--csv</code> makes rows of it`, html`<code>wperf --compare FILE FILE</code> compares two`];
  const about = html`Bytes are payload that the receiver counted; rates are decimal.`;
  return sheet({
    title,
    subtitle: subtitle(checked),
    body: body(checked),
    by: checked.start.version,
    about,
    more,
    raw,
  });
}

function body(document: TestDocument): Content[] {
  const all = figuresOf(document);
  const ran = document.end.streams !== undefined;
  return [
    outcome(document),
    ran ? cards(document, all) : undefined,
    overTime(document, all),
    ran ? section('Result', totals(document, all)) : undefined,
    latency(document),
    (document.routes ?? []).map(routeSections),
    document.start.test_start ? section('What was run', definitions(facts(document))) : undefined,
    ran ? section('Both ends', endsTable(document)) : undefined,
    remarks(document.end.warnings, document.notes),
    attached(document),
  ];
}

function subtitle({ title, start }: TestDocument): string {
  const { timestamp, test_start: test } = start;
  const other = start.connecting_to ?? start.accepted_connection;
  const way = test?.bidir === 1 ? 'both ways' : test?.reverse === 1 ? 'down' : 'up';
  return [
    ...(title !== undefined && other && test
      ? [`${way}, ${start.role === 'server' ? 'client' : 'server'} ${other.host}`]
      : []),
    ...utc(timestamp),
    start.version,
  ].join(' \u00b7 ');
}

/** What went wrong, before any figure. */
function outcome({ error, end }: TestDocument): Content[] {
  const checks = end.failed_checks ?? [];
  const lines = checks.map(({ figure = null, ...check }) => html`<p>${checkLine({ ...check, figure })}.</p>`);
  return [
    failure('The test failed.', error),
    interruption(end.interrupted && error === undefined),
    ...(lines.length === 0 ? [] : [told('bad', html`<p><strong>Bounds that did not hold.</strong></p>${lines}`)]),
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

/** What was carried along, by either end. */
function attached({ extra_data: extra, server_output_text: text, server_output_json: json }: TestDocument): Content[] {
  const output = text ?? (json && jsonText(json, 2));
  return [
    ...(extra === undefined ? [] : [section('Extra data', html`<p>${extra}</p>`)]),
    ...(output === undefined
      ? []
      : [
          html`<details><summary>The server\u2019s own report</summary><pre>${output.split('\n').map((line, i) => html`${i === 0 ? '' : new Markup('\n')}${line}`)}</pre></details>`,
        ]),
  ];
}
