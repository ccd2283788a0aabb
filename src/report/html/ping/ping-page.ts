/** The report of pings in HTML, made of the document of `--ping -J`. */
import { endpointText } from '../../../net/endpoint.js';
import type { PingDocument } from '../../document/ping-shape.js';
import type { Whole } from '../../document/read.js';
import { drawn, narrow, wide } from '../drawing/drawing.js';
import { latencyPanel } from '../drawing/round-trips.js';
import { count, milliseconds, percent, seconds, textOf } from '../figures.js';
import { type Card, cardList } from '../load/cards.js';
import { type Fact, known, simulationText } from '../load/words.js';
import { html, type Markup, type Part } from '../markup.js';
import { definitions, failure, interruption, remarks, section, sheet, utc } from '../sheet.js';
import { foldedTable, table } from '../table.js';

export function pingPage({ raw, checked }: Whole<PingDocument>): string {
  const { start } = checked;
  return sheet({
    title: titleOf(checked),
    subtitle: [...utc(start.timestamp), start.version].join(' \u00b7 '),
    body: body(checked),
    by: start.version,
    about: html`A round trip is from the moment before the ping is written to that at which its answer arrives.`,
    raw,
  });
}

function titleOf({ title, start }: PingDocument): string {
  if (title !== undefined && title !== '') return title;
  if (start.accepted_connection) return `Round trips of ${endpointText(start.accepted_connection)}`;
  return start.connecting_to ? `Round trips to ${endpointText(start.connecting_to)}` : 'Pings that did not begin';
}

function body(document: PingDocument): Part {
  const { start, end, error, notes } = document;
  return [
    failure('The pings failed.', error),
    interruption(end.interrupted && error === undefined),
    cardList(cardsOf(document)),
    overPings(document),
    end.rtt ? section('Round trips', percentiles(end.rtt)) : undefined,
    (start.connecting_to ?? start.accepted_connection)
      ? section('What was run', definitions(factsOf(document)))
      : undefined,
    remarks([], notes),
  ];
}

function cardsOf({ end }: PingDocument): Card[] {
  const { rtt, transmitted, received = 0, loss_percent: loss, answered } = end;
  const p95 = rtt && { more: `95 %: ${textOf(milliseconds(rtt.p95_ms))}` };
  return [
    ...(rtt
      ? [
          { name: 'Median', figure: milliseconds(rtt.median_ms), ...p95 },
          { name: 'Shortest', figure: milliseconds(rtt.min_ms) },
          { name: 'Longest', figure: milliseconds(rtt.max_ms) },
          { name: 'Deviation', figure: milliseconds(rtt.mdev_ms), more: 'mdev, as in ping' },
        ]
      : []),
    ...(transmitted === undefined
      ? []
      : [{ name: 'Lost', figure: percent(loss), more: `${received} of ${transmitted} answered` }]),
    ...(answered === undefined ? [] : [{ name: 'Answered', figure: count(answered), more: 'pings' }]),
  ];
}

/** Undefined where a line would have no length. */
function overPings({ pings, end }: PingDocument): Part {
  const last = pings.reduce((most, { seq }) => Math.max(most, seq), 0);
  if (last === 0) return undefined;
  const inOrder = [...pings].sort((a, b) => a.seq - b.seq);
  const trips = inOrder.map(({ seq, time_ms: ms }) => ({ at: seq, ms }));
  const charts = [wide, narrow].map((size) =>
    drawn({ panels: [latencyPanel(trips, end.rtt?.median_ms, size)], axis: 'pings', last }, size),
  );
  const isLost = trips.some(({ ms }) => ms === undefined);
  const keys = html`<ul class="legend"><li><svg viewBox="0 0 30 10" aria-hidden="true"><path class="idle" d="M0 5H30"/></svg>Median</li>${isLost ? html`<li>\u25bc lost</li>` : ''}</ul>`;
  return section('Ping by ping', html`<figure>${keys}${charts}</figure>${pingTable(inOrder)}`);
}

function pingTable(pings: PingDocument['pings']): Markup {
  return foldedTable(
    'Pings',
    'The pings as a table',
    [
      { head: 'Ping', cell: ({ seq }) => `${seq}` },
      { head: 'Round trip', cell: ({ time_ms: ms }) => (ms === undefined ? 'lost' : textOf(milliseconds(ms))) },
    ],
    pings,
  );
}

function percentiles(rtt: NonNullable<PingDocument['end']['rtt']>): Markup {
  const ms = (head: string, value: number) => ({ head, cell: () => textOf(milliseconds(value)) });
  return table(
    'Round trips',
    [
      { head: 'Answers', cell: ({ samples }) => textOf(count(samples)) },
      ...[ms('Min', rtt.min_ms), ms('Mean', rtt.avg_ms), ms('Median', rtt.median_ms)],
      ...[ms('95 %', rtt.p95_ms), ms('99 %', rtt.p99_ms), ms('Max', rtt.max_ms), ms('Deviation', rtt.mdev_ms)],
    ],
    [rtt],
  );
}

function factsOf({ start }: PingDocument): Fact[] {
  const { connecting_to: to, accepted_connection: from, test_parameters: asked, simulation } = start;
  const { count: pings, interval } = asked ?? {};
  const transport = `${start.transport ?? 'unknown'}${start.secure ? ' over TLS' : ''}`;
  return known([
    ['Pings', pings === undefined ? undefined : `${pings}, ${intervalText(interval)}`],
    ['To', to && endpointText(to)],
    ['From', from && endpointText(from)],
    ['Proxy', start.proxy ?? from?.by_proxy ?? 'none'],
    ['Transport', `${transport}${start.dialect === undefined ? '' : `, dialect ${start.dialect}`}`],
    ['The other end', start.peer_software],
    ['This end', `${start.version}${start.system_info === undefined ? '' : ` on ${start.system_info}`}`],
    ['Simulated', simulation && simulationText(simulation.configured)],
    ['Session', start.cookie],
  ]);
}

function intervalText(interval = 0): string {
  return interval === 0 ? 'each upon the answer to the last' : `one each ${textOf(seconds(interval))}`;
}
