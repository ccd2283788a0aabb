/** What a report needs of the world, so that it can be tested without one. */
import type { ErrorEvent, NoticeEvent, TestEvent } from '../events/load.js';
import type { PingEvent } from '../events/ping.js';
import type { TraceEvent } from '../events/route.js';

/** Reporters listen to the events of one test; none is called by the engine. */
export interface Reporter {
  event(event: TestEvent): void;
}

/** What there is to report of a route trace; one that fails ends with an error event. */
export type TraceReport = TraceEvent | NoticeEvent | ErrorEvent;

/** The same for one route trace. */
export interface TraceReporter {
  event(event: TraceReport): void;
  /** No more events come: an error may follow the end of what was told. */
  end?(): void;
}

/** The same for the events of one `--ping` run. */
export interface PingReporter {
  event(event: PingEvent): void;
}

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
