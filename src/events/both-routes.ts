/** What `--both-traceroutes` tells: the events of two traces as they come. */
import type { TraceEvent } from './route.js';
import type { ErrorEvent, NoticeEvent } from './test.js';

export interface RouteEvent {
  readonly direction: 'forward' | 'reverse';
  readonly event: TraceEvent | NoticeEvent | ErrorEvent;
}
