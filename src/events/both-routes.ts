/** What `--both-traceroutes` tells: the events of two traces as they come. */
import type { ErrorEvent, NoticeEvent } from './load.js';
import type { TraceEvent } from './route.js';

export interface RouteEvent {
  readonly direction: 'forward' | 'reverse';
  readonly event: TraceEvent | NoticeEvent | ErrorEvent;
}
