/** A trace as text, each hop as it is known: `TTL  [CC, ASn NAME]  name (ip)  1.234 ms`, and `*` for silence. */
import { stripControl } from '../../../errors.js';
import type { Annotation, Hop, HopAddress } from '../../../events/hop.js';
import type { SeenClient, SharedResult, TraceEnd, TraceStart } from '../../../events/route.js';
import type { Screen, TraceReport, TraceReporter } from '../../reporter.js';
import { addressOfName, throughProxy } from '../load/describe.js';
import { messageLine, type Style, styleOf } from '../style.js';
import { type HopColumns, hopColumns, MOST_RTTS, RTT_WIDTH, TTL_WIDTH } from './hop-columns.js';
import { hostText, placeText } from './place.js';

export interface TraceTextOptions {
  /** Leaves room for country and AS; without it the column is not there. */
  readonly annotated: boolean;
}

const NAME_OF_AS = 18;

export class TraceTextReporter implements TraceReporter {
  readonly #screen: Screen;
  readonly #options: TraceTextOptions;
  readonly #style: Style;
  #columns: HopColumns;
  #start: TraceStart | undefined;
  #hasInband = false;

  constructor(screen: Screen, options: TraceTextOptions) {
    this.#screen = screen;
    this.#options = options;
    this.#style = styleOf(screen.color);
    this.#columns = hopColumns({ family: 4, queries: 1 }, options.annotated, undefined);
  }

  event(event: TraceReport): void {
    if (event.type === 'trace-start') this.#printStart(event);
    else if (event.type === 'trace-hop') this.#printHop(event);
    else if (event.type === 'trace-end') {
      const target = this.#start === undefined ? '' : targetText(this.#start);
      this.#print([...endLines(event, target), ...othersInbandLines(this.#start, this.#hasInband)]);
    } else this.#screen.err.write(messageLine(this.#style, event));
  }

  #printStart(start: TraceStart): void {
    this.#columns = hopColumns(start, this.#options.annotated, this.#screen.columns());
    this.#start = start;
    this.#print([this.#style.strong(headerLine(start)), ...startLines(start)]);
  }

  #printHop(hop: Hop): void {
    this.#hasInband ||= hop.inband === true;
    this.#print(hopLines(hop, this.#options.annotated, this.#columns));
  }

  #print(lines: readonly string[]): void {
    for (const line of lines) this.#screen.out.write(`${line}\n`);
  }
}

export function headerLine({ direction, host, ip, serverIp = host, maxHops }: TraceStart): string {
  const server = `${host}${addressOfName(host, serverIp)}`;
  const ends = direction === 'forward' ? `to ${host} (${ip})` : `from ${server} back to ${ip}`;
  const most = maxHops === undefined ? '' : `, ${maxHops} hops max`;
  return `traceroute ${ends}${most}`;
}

/** Below the header: the proxy on the way, whom the server takes this machine for, and whether it traced for this client alone. */
export function startLines({ host, proxy, seen, shared }: TraceStart): string[] {
  return [
    ...(proxy === undefined ? [] : [throughProxy(proxy)]),
    ...(seen === undefined ? [] : [seenLine(host, seen)]),
    ...(shared === undefined ? [] : [sharedLine(shared)]),
  ];
}

const toldBy: Readonly<Record<SeenClient['source'], string>> = {
  connection: '',
  'x-forwarded-for': ', as its proxy says (X-Forwarded-For)',
  forwarded: ', as its proxy says (Forwarded)',
  'proxy-protocol': ', as its proxy says (PROXY protocol)',
};

function seenLine(server: string, { host, port, source, local, translated }: SeenClient): string {
  const where = port === undefined ? host : `${host} port ${port}`;
  const meaning = {
    true: `through NAT or a proxy, since here it is ${local.host} port ${local.port}`,
    false: source === 'connection' ? 'directly, without NAT' : 'your own address',
    null: 'the proxy that you go through, where the route ends',
  }[`${translated}`];
  return `${server} sees you as ${where}${toldBy[source]}: ${meaning}`;
}

function sharedLine({ kind, ageSeconds }: SharedResult): string {
  const age = `${ageSeconds.toFixed(ageSeconds < 10 ? 1 : 0)} s`;
  return kind === 'kept'
    ? `the server traced this route ${age} ago, and tells what it found then`
    : `the server began this trace ${age} ago for somebody else at your address`;
}

/** Below a result that was traced along another connection: what that says of this one. */
export function othersInbandLines(start: TraceStart | undefined, hasInband: boolean): string[] {
  if (start?.shared === undefined || !hasInband) return [];
  return ['the in-band hops are of the connection that this was traced for: --tr-proto inband traces along your own'];
}

/** How the end of a trace names whom it could not reach. */
export function targetText({ direction, host, ip }: TraceStart): string {
  return direction === 'forward' ? host : ip;
}

export function hopLines(hop: Hop, annotated: boolean, columns: HopColumns): string[] {
  const ttl = String(hop.ttl).padStart(TTL_WIDTH);
  const stars = Array<string>(hop.lost).fill('*');
  const shown: readonly HopAddress[] = [...hop.addresses, ...hiddenRow(hop)];
  if (shown.length === 0) return [[ttl, stars.join(' ')].join('  ').trimEnd()];
  return shown.map((address, index) => {
    const margin = index === 0 ? ttl : ' '.repeat(TTL_WIDTH);
    const host = hostIn(columns, address).padEnd(columns.host);
    const annotation = annotated ? [annotationIn(columns, address).padEnd(columns.annotation)] : [];
    const lost = index === shown.length - 1 ? lossTexts(hop, stars) : [];
    return [margin, ...annotation, host, ...rttTexts(hop, address, columns), ...lost, ...remarks(hop, address)]
      .join('  ')
      .trimEnd();
  });
}

/** What the server keeps to itself has a row like any address. */
export function hiddenRow({ hidden }: Pick<Hop, 'hidden'>): HopAddress[] {
  if (hidden === undefined) return [];
  const ip = hidden.addresses === 1 ? '(hidden by the server)' : `(${hidden.addresses} addresses hidden by the server)`;
  return [{ ip, rttsMs: hidden.rttsMs, codes: [], mpls: [] }];
}

/** An AS without its name where that is too long. */
function annotationIn({ wide, annotation }: HopColumns, { asName, ...rest }: Annotation): string {
  const text = annotationText({ ...rest, ...(asName !== undefined && { asName }) });
  return wide || text.length <= annotation ? text : annotationText(rest);
}

function hostIn({ hostRoom }: HopColumns, address: HopAddress): string {
  const text = hostText(address);
  return text.length <= hostRoom ? text : address.ip;
}

/** `[US, AS15169 Google LLC]`, with what is known of it; empty when nothing is. */
export function annotationText({ asName, ...place }: Annotation): string {
  const text = placeText({ ...place, asName: asName && shortened(asName) });
  return text === '' ? '' : `[${stripControl(text)}]`;
}

function shortened(name: string): string {
  return name.length <= NAME_OF_AS ? name : `${name.slice(0, NAME_OF_AS - 1).trimEnd()}…`;
}

function rttTexts(hop: Hop, { rttsMs }: HopAddress, { wide }: HopColumns): string[] {
  if (hop.sent <= MOST_RTTS && wide) return rttsMs.map((rtt) => `${rttText(rtt)} ms`);
  if (hop.sent <= MOST_RTTS) return rttsMs.length === 0 ? [] : [`${rttsMs.map(rttText).join('')} ms`];
  const sum = rttsMs.reduce((total, rtt) => total + rtt, 0);
  return [`${rttText(sum / rttsMs.length)} ms avg of ${rttsMs.length}`];
}

function lossTexts(hop: Hop, stars: readonly string[]): string[] {
  if (hop.sent <= MOST_RTTS) return stars.map((star) => star.padEnd(RTT_WIDTH + 3));
  const { minMs, maxMs, stddevMs } = hop.rtt ?? { minMs: 0, maxMs: 0, stddevMs: 0 };
  const spread = [minMs, maxMs, stddevMs].map((value) => value.toFixed(3)).join('/');
  return [`min/max/stddev ${spread} ms`, `${hop.lost} of ${hop.sent} lost`];
}

function rttText(milliseconds: number): string {
  return milliseconds.toFixed(3).padStart(RTT_WIDTH);
}

/** ICMP codes, MPLS labels, and the length of the way back where it differs from the way there. */
function remarks(hop: Hop, { codes, mpls, returnHops }: HopAddress): string[] {
  const labels = mpls.length === 0 ? [] : [`MPLS ${mpls.map(({ label }) => label).join('/')}`];
  const back = returnHops === undefined || returnHops === hop.ttl ? [] : [`${returnHops} hops back`];
  const inband = hop.inband === true ? ['in-band'] : [];
  return [...codes, ...labels, ...back, ...inband];
}

export function endLines({ reason, hops, rateLimitedTtls }: TraceEnd, target: string): string[] {
  const outcome = {
    target: [],
    refused: [`${target} is not reached: the last hop passes nothing on to it`],
    hops: [`no answer from ${target}`],
    time: ["cut short by the server's limit of time"],
    interrupted: ['interrupted'],
  }[reason];
  if (rateLimitedTtls.length === 0 || hops === 0) return outcome;
  const which = `${rateLimitedTtls.length === 1 ? 'hop' : 'hops'} ${rateLimitedTtls.join(', ')}`;
  return [
    ...outcome,
    `replies missing at ${which} may be rate limiting there rather than loss on the path: later hops have them`,
  ];
}
