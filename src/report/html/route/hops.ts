/** Hops as a table: who answered, where that is, and how long it took. */
import type { AddressRow, HopRow, TraceDocument } from '../../document/route-shape.js';
import { milliseconds, textOf, UNKNOWN } from '../figures.js';
import { html, type Markup } from '../markup.js';
import { type Column, table } from '../table.js';

/** More round trips than this to one address are shown as their range. */
const MOST_RTTS = 5;

/** One address of a hop; a silent hop has one row without. */
interface HopLine {
  readonly hop: HopRow;
  readonly address: AddressRow | undefined;
  readonly isFirst: boolean;
}

export function hopTable(name: string, hops: TraceDocument['hops']): Markup {
  const lines = hops.flatMap(linesOf);
  const known = (pick: (address: AddressRow) => unknown) => lines.some(({ address }) => address && pick(address));
  const text = (head: string, cell: (line: HopLine) => string | Markup): Column<HopLine> => ({
    head,
    cell,
    isText: true,
  });
  return table<HopLine>(
    name,
    [
      { head: 'Hop', cell: ({ hop, isFirst }) => (isFirst ? `${hop.ttl}` : '') },
      ...(known(({ name: host }) => host) ? [text('Host', ({ address }) => breakable(address?.name ?? ''))] : []),
      text('Address', ({ address }) => breakable(address?.ip ?? '*', ':')),
      ...(known(networkText) ? [text('Country, AS', ({ address }) => (address ? networkText(address) : ''))] : []),
      { head: 'Round trips', cell: ({ address }) => rttsText(address?.rtts_ms ?? []) },
      { head: 'Lost', cell: ({ hop, isFirst }) => (isFirst ? lossText(hop) : '') },
      ...(lines.some((line) => remarksText(line) !== '') ? [text('Remarks', remarksText)] : []),
    ],
    lines,
  );
}

/** A long name, or an address of IPv6, may go on below behind one of these. */
function breakable(name: string, at = '.'): Markup {
  const parts = name.split(at);
  return html`${parts.map((part, i) => (i === 0 ? part : html`${at}<wbr>${part}`))}`;
}

/** `router.example (192.0.2.1), US, AS64500 Example`. */
export function hopText(hop: HopRow | undefined): string {
  if (hop === undefined) return '';
  const names = linesOf(hop).map(({ address }) => {
    if (address === undefined) return '*';
    const host = address.name === undefined ? address.ip : `${address.name} (${address.ip})`;
    return [host, networkText(address)].filter((part) => part !== '').join(', ');
  });
  return `${hop.ttl}  ${names.join('; ')}`;
}

/** What is kept back by who traced has a row like any address. */
function linesOf(hop: HopRow): HopLine[] {
  const { addresses, hidden } = hop;
  const kept = hidden && {
    ip: hidden.addresses === 1 ? 'hidden by the server' : `${hidden.addresses} addresses hidden by the server`,
    ...{ rtts_ms: hidden.rtts_ms, codes: [], mpls: [] },
  };
  const shown: readonly (AddressRow | undefined)[] = [...addresses, ...(kept ? [kept] : [])];
  const rows = shown.length === 0 ? [undefined] : shown;
  return rows.map((address, i) => ({ hop, address, isFirst: i === 0 }));
}

function networkText({ label, country, asn, as_name: name }: AddressRow): string {
  const as = [asn === undefined ? '' : `AS${asn}`, name ?? ''].filter((part) => part !== '').join(' ');
  return [label ?? country ?? '', as].filter((part) => part !== '').join(', ');
}

function rttsText(rttsMs: readonly number[]): string {
  if (rttsMs.length === 0) return textOf(UNKNOWN);
  if (rttsMs.length <= MOST_RTTS) return `${rttsMs.map((ms) => milliseconds(ms).value).join('\u00a0\u00a0')}\u00a0ms`;
  const [least, most] = [Math.min(...rttsMs), Math.max(...rttsMs)];
  return `${milliseconds(least).value} to ${textOf(milliseconds(most))}`;
}

function lossText({ sent, lost }: HopRow): string {
  return `${lost} of ${sent}`;
}

function remarksText({ hop, address, isFirst }: HopLine): string {
  const { codes = [], mpls = [], return_hops: back } = address ?? {};
  return [
    ...(isFirst && hop.rate_limited ? ['limits its replies'] : []),
    ...codes,
    ...(mpls.length === 0 ? [] : [`MPLS ${mpls.map(({ label }) => label).join('/')}`]),
    ...(back === undefined || back === hop.ttl ? [] : [`${back} hops back`]),
    ...(isFirst && hop.inband ? ['in-band'] : []),
  ].join(', ');
}
