/** The reports of routes in HTML: of one way, and of the way there beside the way back. */
import { endpointText } from '../../../net/endpoint.js';
import type { Whole } from '../../document/read.js';
import type { HopRow, RoutesDocument, TraceDocument } from '../../document/route-shape.js';
import { count, milliseconds, seconds, textOf } from '../figures.js';
import { type Card, cardList } from '../load/cards.js';
import { type Fact, known } from '../load/words.js';
import { html, type Markup, type Part } from '../markup.js';
import { definitions, failure, remarks, section, sheet, utc } from '../sheet.js';
import { table } from '../table.js';
import { hopTable, hopText } from './hops.js';

const about = html`A hop\u2019s round trip is that of the router\u2019s own answer, which many make slowly: only the last hop\u2019s is that of the path. Country and AS are those of the address.`;

export function routePage({ raw, checked }: Whole<TraceDocument>): string {
  const { start, error, notes } = checked;
  return sheet({
    title: titleOf(checked),
    subtitle: utc(start?.timestamp).join(''),
    body: [
      failure('The trace failed.', error),
      cardList(cardsOf(checked)),
      hopsOf('Hops', checked),
      start ? section('What was run', definitions(factsOf(start))) : undefined,
      remarks([], notes),
    ],
    ...{ about, raw },
  });
}

export function routesPage({ raw, checked }: Whole<RoutesDocument>): string {
  const { forward, reverse } = checked;
  const server = (forward ?? reverse)?.start?.host;
  const ways = waysOf(checked);
  return sheet({
    title: server === undefined ? 'Routes that were not traced' : `Routes to ${server} and back`,
    subtitle: utc((forward?.start ?? reverse?.start)?.timestamp).join(''),
    body: [
      failures(ways),
      cardList(ways.flatMap(({ way, document }) => cardsOf(document, ` ${way}`))),
      besideEachOther(checked),
      ways.map(({ way, document }) => hopsOf(`The way ${way}`, document)),
      ways.map(({ way, document: { start } }) =>
        start ? section(`What was run: the way ${way}`, definitions(factsOf(start))) : undefined,
      ),
      remarks(
        [],
        ways.flatMap(({ way, document: { notes = [] } }) => notes.map((note) => `The way ${way}: ${note}`)),
      ),
    ],
    ...{ about, raw },
  });
}

/** The hops alone, within the report of something else. */
export function routeSections(document: TraceDocument | RoutesDocument): Part {
  if ('rows' in document) {
    const ways = waysOf(document);
    return [failures(ways), besideEachOther(document), ways.map((each) => hopsOf(`Hops ${each.way}`, each.document))];
  }
  const way = document.start?.direction === 'reverse' ? 'back' : 'there';
  return [failures([{ way, document }]), hopsOf(`Hops ${way}`, document)];
}

interface Way {
  readonly way: 'there' | 'back';
  readonly document: TraceDocument;
}

function waysOf({ forward, reverse }: RoutesDocument): Way[] {
  return [
    ...(forward ? [{ way: 'there', document: forward } as const] : []),
    ...(reverse ? [{ way: 'back', document: reverse } as const] : []),
  ];
}

function failures(ways: readonly Way[]): Part {
  return ways.map(({ way, document }) => failure(`The trace of the way ${way} failed.`, document.error));
}

function titleOf({ start }: TraceDocument): string {
  if (start === undefined) return 'A route that was not traced';
  return start.direction === 'forward' ? `Route to ${start.host}` : `Route back from ${start.host}`;
}

const reached = {
  target: 'reached',
  refused: 'refused',
  hops: 'silent',
  time: 'cut short',
  interrupted: 'interrupted',
} as const;

function cardsOf({ start, hops, end }: TraceDocument, way = ''): Card[] {
  const last = hops.at(-1);
  const rtts = last?.end === 'target' ? last.addresses.flatMap(({ rtts_ms: rttsMs }) => rttsMs) : [];
  const target = start?.direction === 'reverse' ? 'This machine' : 'Target';
  return [
    ...(hops.length > 0 ? [{ name: `Hops${way}`, figure: count(hops.length) }] : []),
    ...(end ? [{ name: `${target}${way}`, figure: { value: reached[end.reason], unit: '' } }] : []),
    ...(rtts.length > 0
      ? [{ name: `Round trip${way}`, figure: milliseconds(Math.min(...rtts)), more: 'shortest, of the last hop' }]
      : []),
  ];
}

function hopsOf(title: string, { hops, end, start }: TraceDocument): Part {
  if (hops.length === 0) return undefined;
  const lines = [...(end && start ? endTexts(end, start) : [])];
  const below = lines.length === 0 ? undefined : html`<p class="note">${lines.join(' ')}</p>`;
  return section(title, html`${hopTable(title, hops)}${below}`);
}

function endTexts(
  { reason, rate_limited_ttls: limited }: NonNullable<TraceDocument['end']>,
  { direction, host, ip }: NonNullable<TraceDocument['start']>,
): string[] {
  const target = direction === 'forward' ? host : ip;
  const outcome = {
    target: [],
    refused: [`${target} is not reached: the last hop passes nothing on to it.`],
    hops: [`There was no answer from ${target}.`],
    time: ['The trace was cut short by the server\u2019s limit of time.'],
    interrupted: ['The trace was interrupted.'],
  }[reason];
  const which = `${limited.length === 1 ? 'hop' : 'hops'} ${limited.join(', ')}`;
  const rate = `Replies missing at ${which} may be rate limiting there rather than loss on the path: later hops have them.`;
  return [...outcome, ...(limited.length === 0 ? [] : [rate])];
}

const likenesses = { same: 'same address', 'same-as': 'same AS', different: 'another AS', unknown: '' } as const;

/** From here to the server: at about the same distance, the hop there and the hop back. */
function besideEachOther({ forward, reverse, rows }: RoutesDocument): Markup | undefined {
  if (rows.length === 0 || !forward || !reverse) return undefined;
  const hop = (of: TraceDocument, ttl: number | undefined): HopRow | undefined =>
    ttl === undefined ? undefined : of.hops.find((each) => each.ttl === ttl);
  const shown = table(
    'Both ways',
    [
      { head: 'There', cell: (row) => hopText(hop(forward, row.forward_ttl)), isText: true },
      { head: '', cell: (row) => likenesses[row.likeness], isText: true },
      { head: 'Back, read upward', cell: (row) => hopText(hop(reverse, row.reverse_ttl)), isText: true },
    ],
    rows,
  );
  const note = html`<p class="note">A router answers from the side that it was asked on: on one and the same path its addresses there and back mostly differ, and its network (AS) does not. Another AS is one that the other way never meets.</p>`;
  return section('Both ways beside each other', html`${shown}${note}`);
}

function factsOf(start: NonNullable<TraceDocument['start']>): Fact[] {
  const { direction, host, ip, port, queries, timeout_seconds: timeout, seen_as: seen, shared } = start;
  const probes = [start.protocol?.toUpperCase() ?? 'unknown', ...(port === undefined ? [] : [`port ${port}`])];
  const patience = timeout === undefined ? '' : `, each waited for ${textOf(seconds(timeout))}`;
  const hops = `${start.first_hop ?? 1} to ${start.max_hops} at most`;
  return known([
    direction === 'forward'
      ? ['To', named(host, ip)]
      : ['From', `${named(host, start.server_ip ?? host)}, back to ${ip}`],
    ['Probes', `${probes.join(', ')}; ${queries} for each hop${patience}`],
    ['Sent by', start.prober],
    ['Hops', start.max_hops === undefined ? undefined : hops],
    ['Proxy', start.proxy ?? 'none'],
    ['Seen by the server as', seen && seenText(seen)],
    ['Traced', shared && `${sharedNames[shared.kind]} ${textOf(seconds(shared.age_seconds))} before`],
  ]);
}

const sharedNames = { joined: 'for somebody else at this address, begun', kept: 'earlier, ended' } as const;

function named(host: string, ip: string): string {
  return host === ip ? host : `${host} (${ip})`;
}

function seenText(seen: NonNullable<NonNullable<TraceDocument['start']>['seen_as']>): string {
  const here = endpointText({ host: seen.local_ip, port: seen.local_port });
  const meaning =
    seen.nat === undefined ? 'the proxy' : seen.nat ? `through NAT or a proxy, here it is ${here}` : 'no NAT';
  const place = seen.port === undefined ? seen.ip : endpointText({ host: seen.ip, port: seen.port });
  return `${place}: ${meaning}`;
}
