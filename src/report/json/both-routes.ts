/** Both routes as JSON: one document `{forward, reverse, rows}`, or one line an event. The schema is docs/trace.schema.json. */
import type { RouteEvent } from '../../events/both-routes.js';
import { jsonText } from '../printable.js';
import type { RoutesReporter, Sink } from '../reporter.js';
import { Route, rowsOf } from '../routes.js';
import { lineOf, TraceDocument } from './route.js';

/** The document of both routes, as far as their events have come. */
export class RoutesDocument {
  readonly #routes = { forward: new Route(), reverse: new Route() };
  readonly #documents: Partial<Record<RouteEvent['direction'], TraceDocument>> = {};

  add({ direction, event }: RouteEvent): this {
    this.#documents[direction] ??= new TraceDocument();
    this.#documents[direction].add(event);
    this.#routes[direction].add(event);
    return this;
  }

  toJSON(): Record<string, unknown> {
    const { forward = null, reverse = null } = this.#documents;
    return { forward, reverse, rows: rowsJson(this.#routes) };
  }
}

/** Each line of one route has a `direction`; the last one has the rows. */
export function routesJsonStreamReporter(out: Sink): RoutesReporter {
  const routes = { forward: new Route(), reverse: new Route() };
  const print = (line: object) => out.write(`${jsonText(line)}\n`);
  return {
    event({ direction, event }) {
      routes[direction].add(event);
      print({ direction, ...lineOf(event) });
    },
    end: () => print({ event: 'rows', data: rowsJson(routes) }),
  };
}

function rowsJson({ forward, reverse }: Readonly<Record<RouteEvent['direction'], Route>>) {
  return rowsOf(forward, reverse).map((row) => ({
    forward_ttl: row.forward?.ttl ?? null,
    reverse_ttl: row.reverse?.ttl ?? null,
    likeness: row.likeness,
  }));
}
