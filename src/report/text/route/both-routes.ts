/**
 * Both routes as text, once both are known: beside each other from here to the server, or one under the other where the
 * screen is too narrow for that.
 */
import type { RouteEvent } from '../../../events/both-routes.js';
import type { Hop, HopAddress } from '../../../events/hop.js';
import type { Likeness, RouteRow } from '../../../trace/compare.js';
import type { RoutesReporter, Screen } from '../../reporter.js';
import { Route, rowsOf } from '../../routes.js';
import { messageLine, styleOf } from '../style.js';
import { hopColumns } from './hop-columns.js';
import { hostText } from './place.js';
import {
  annotationText,
  endLines,
  headerLine,
  hiddenRow,
  hopLines,
  othersInbandLines,
  startLines,
  type TraceTextOptions,
  targetText,
} from './route.js';

const marks: Readonly<Record<Likeness, string>> = { same: '=', 'same-as': '~', different: '≠', unknown: ' ' };
const legend = '= same address   ~ same network (AS)   ≠ a network (AS) that the other way never meets';
const names = { forward: 'the route there', reverse: 'the route back' } as const;
const sides = { forward: 'There, from here to the server', reverse: 'Back, from the server to here' } as const;
/** And the blank behind it. */
const MARK_WIDTH = 2;

export class RoutesTextReporter implements RoutesReporter {
  readonly #screen: Screen;
  readonly #options: TraceTextOptions;
  readonly #routes = { forward: new Route(), reverse: new Route() };

  constructor(screen: Screen, options: TraceTextOptions) {
    this.#screen = screen;
    this.#options = options;
  }

  event({ direction, event }: RouteEvent): void {
    const style = styleOf(this.#screen.color);
    this.#routes[direction].add(event);
    if (event.type === 'trace-start') this.#print([style.strong(headerLine(event)), ...startLines(event)]);
    else if (event.type === 'notice') this.#screen.err.write(messageLine(style, event));
    else if (event.type === 'error') {
      this.#screen.err.write(`${style.fail('wperf: error:')} ${names[direction]}: ${event.error.line}\n`);
    }
  }

  end(): void {
    const { forward, reverse } = this.#routes;
    const rows = rowsOf(forward, reverse);
    if (rows.length > 0) this.#print(['', ...this.#table(rows), legend]);
    this.#print([...endingOf(forward, 'there'), ...endingOf(reverse, 'back')]);
  }

  /** With names where they fit, else without, else one route under the other. */
  #table(rows: readonly RouteRow[]): string[] {
    const room = this.#screen.columns() ?? Number.POSITIVE_INFINITY;
    const tables = [true, false].map((named) => besideEachOther(rows, { ...this.#options, named }));
    const fitting = tables.find((lines) => lines.every((line) => line.length <= room));
    return fitting ?? this.#underEachOther(rows);
  }

  /** Each route in its own order, with the marks in front. */
  #underEachOther(rows: readonly RouteRow[]): string[] {
    return (['forward', 'reverse'] as const).flatMap((side) => [
      `${sides[side]}:`,
      ...[...rows]
        .sort((a, b) => (a[side]?.ttl ?? 0) - (b[side]?.ttl ?? 0))
        .flatMap((row) => this.#marked(row[side], marks[row.likeness], this.#routes[side])),
    ]);
  }

  #marked(hop: Hop | undefined, mark: string, { start }: Route): string[] {
    if (hop === undefined || start === undefined) return [];
    const room = this.#screen.columns();
    const columns = hopColumns(start, this.#options.annotated, room && room - MARK_WIDTH);
    const lines = hopLines(hop, this.#options.annotated, columns);
    return lines.map((line, index) => `${(index === 0 ? mark : '').padEnd(MARK_WIDTH)}${line}`);
  }

  #print(lines: readonly string[]): void {
    for (const line of lines) this.#screen.out.write(`${line}\n`);
  }
}

interface CellOptions extends TraceTextOptions {
  readonly named: boolean;
}

const titles = { left: sides.forward, right: 'Back, read upward from the server' } as const;

function besideEachOther(rows: readonly RouteRow[], options: CellOptions): string[] {
  const left = cellsOf(
    rows.map(({ forward }) => forward),
    options,
  );
  const right = cellsOf(
    rows.map(({ reverse }) => reverse),
    options,
  );
  const width = Math.max(titles.left.length, ...left.flat().map((line) => line.length));
  const lines = rows.flatMap(({ likeness }, index) => {
    const [here, there] = [left[index] ?? [], right[index] ?? []];
    return Array.from({ length: Math.max(here.length, there.length) }, (_, line) => {
      const mark = line === 0 ? marks[likeness] : ' ';
      return `${(here[line] ?? '').padEnd(width)}  ${mark}  ${there[line] ?? ''}`.trimEnd();
    });
  });
  return [`${titles.left.padEnd(width)}     ${titles.right}`, ...lines];
}

/** The lines of each hop, their columns as wide as the widest; none where there is no hop. */
function cellsOf(hops: readonly (Hop | undefined)[], { annotated, named }: CellOptions): string[][] {
  const shown = (hop: Hop): readonly HopAddress[] => [...hop.addresses, ...hiddenRow(hop)];
  const host = (address: HopAddress) => (named ? hostText(address) : address.ip);
  const all = hops.flatMap((hop) => (hop === undefined ? [] : shown(hop)));
  const widthOf = (text: (address: HopAddress) => string) => Math.max(0, ...all.map((one) => text(one).length));
  const [annotationWidth, hostWidth] = [widthOf(annotationText), widthOf(host)];
  return hops.map((hop) => {
    if (hop === undefined) return [];
    const ttl = String(hop.ttl).padStart(3);
    const addresses = shown(hop);
    if (addresses.length === 0) return [`${ttl}  *`];
    return addresses.map((address, index) => {
      const annotation = annotated && annotationWidth > 0 ? [annotationText(address).padEnd(annotationWidth)] : [];
      const loss = index === 0 && hop.lost > 0 ? [`${hop.lost} of ${hop.sent} lost`] : [];
      const parts = [index === 0 ? ttl : '   ', ...annotation, host(address).padEnd(hostWidth), averageOf(address)];
      const inband = index === 0 && hop.inband ? ['in-band'] : [];
      return [...parts, ...address.codes, ...loss, ...inband].join('  ');
    });
  });
}

function averageOf({ rttsMs }: HopAddress): string {
  const average = rttsMs.reduce((sum, rtt) => sum + rtt, 0) / rttsMs.length;
  return rttsMs.length === 0 ? '' : `${average.toFixed(3).padStart(8)} ms`;
}

function endingOf({ start, end, hops }: Route, way: string): string[] {
  if (start === undefined || end === undefined) return [];
  const hasInband = hops.some((hop) => hop.inband === true);
  const lines = [...endLines(end, targetText(start)), ...othersInbandLines(start, hasInband)];
  return lines.map((line) => `${way}: ${line}`);
}
