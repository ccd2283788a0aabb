/** What a report needs of the world, so that it can be tested without one. */
import type { RouteEvent } from '../events/both-routes.js';
import type { ErrorEvent, NoticeEvent, TestEvent } from '../events/load.js';
import type { PingEvent } from '../events/ping.js';
import type { TraceEvent } from '../events/route.js';

/** Listens to the events of one run, of a test unless told otherwise; none is called by the engine. */
export interface Reporter<E = TestEvent> {
  event(event: E): void;
  /** No more events come: an error may follow the end of what was told. */
  end?(): void;
}

/** What there is to report of a route trace; one that fails ends with an error event. */
export type TraceReport = TraceEvent | NoticeEvent | ErrorEvent;

export type TraceReporter = Reporter<TraceReport>;
export type RoutesReporter = Reporter<RouteEvent>;
export type PingReporter = Reporter<PingEvent>;

export interface Sink {
  write(text: string): void;
}

/** Where a report is shown. */
export interface Screen {
  /** Results. */
  readonly out: Sink;
  /** Warnings, errors and progress. */
  readonly err: Sink;
  /** Columns of a terminal that shows the results; undefined in a pipe or file, where lines have any length. */
  readonly columns: () => number | undefined;
  /** True where escape sequences for color may be written. */
  readonly color: boolean;
}
