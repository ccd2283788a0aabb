/** What the page and its worker say to each other: plain data. */
import type { LatencySummary } from '../src/measure/latency/percentiles.js';
import type { Direction } from '../src/plan/plan.js';

/** Down and then up, one of them, or both at once. */
export type Course = 'both' | 'down' | 'up' | 'bidir';

export interface Settings {
  readonly course: Course;
  /** Of each test. */
  readonly seconds: number;
  readonly streams: number;
  readonly token?: string;
}

export type ToWorker =
  | { readonly type: 'start'; readonly settings: Settings; readonly page: PagePlace }
  | { readonly type: 'route'; readonly page: PagePlace; readonly token?: string }
  /** The page is seen by nobody, or again by somebody. */
  | { readonly type: 'hidden'; readonly hidden: boolean }
  | { readonly type: 'stop' };

/** Where the page came from, and goes to. */
export interface PagePlace {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** Ends with a slash; what the page asks for stands below it. */
  readonly folder: string;
  /** Of the page itself: where its WebSockets go. */
  readonly path: string;
  /** By which it came, such as `h2`; empty where the browser does not say. */
  readonly httpVersion: string;
  readonly browser: string;
  readonly isPhone: boolean;
}

/** What one test of a run does. */
export type Load = Direction | 'bidir';

export type FromWorker =
  /** Connecting and measuring latency before the load, or the load itself; seconds are of the run. */
  | { readonly type: 'phase'; readonly load: Load; readonly step: 'idle' | 'load'; readonly atSeconds: number }
  | RateMessage
  | RttMessage
  | FiguresMessage
  | { readonly type: 'note'; readonly text: string }
  | DoneMessage
  /** Of the route from the server to here. */
  | HopMessage
  | { readonly type: 'route-note'; readonly text: string }
  | { readonly type: 'route-end'; readonly text: string }
  | FailedMessage;

export interface HopMessage {
  readonly type: 'hop';
  readonly ttl: number;
  /** Several where routers share the load, none where nobody answered. */
  readonly hosts: readonly { readonly name: string; readonly where: string }[];
  /** The least. */
  readonly rttMs: number | null;
}

/** What a receiver counted from one moment of the run to another. */
export interface RateMessage {
  readonly type: 'rate';
  readonly direction: Direction;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly bytes: number;
  /** Not in the result. */
  readonly omitted: boolean;
}

/** One round trip, by the moment at which it began. */
export interface RttMessage {
  readonly type: 'rtt';
  readonly load: Load;
  readonly loaded: boolean;
  readonly atSeconds: number;
  readonly rttMs: number;
}

/** Of a test that has ended. */
export interface FiguresMessage {
  readonly type: 'figures';
  readonly load: Load;
  /** By the receiver's count. */
  readonly bitsPerSecond: { readonly [direction in Direction]?: number };
  readonly idle: LatencySummary | null;
  readonly loadedUp: LatencySummary | null;
  readonly loadedDown: LatencySummary | null;
  readonly jitterMs: number | null;
  readonly bufferbloatMs: number | null;
  readonly rpm: number | null;
  readonly grade: string | null;
  /** What went over the network for it. */
  readonly volumeBytes: number;
  /** What carried the load. */
  readonly transport: string;
}

/** As the command line writes it with `-J --latency-samples`. */
export interface TestDocument {
  readonly load: Load;
  readonly json: string;
}

export interface RunResult {
  readonly tests: readonly TestDocument[];
  /** As the command line prints it. */
  readonly text: string;
}

export interface DoneMessage {
  readonly type: 'done';
  readonly stopped: boolean;
  readonly result: RunResult;
}

export interface FailedMessage {
  readonly type: 'failed';
  readonly code: string;
  readonly why: string;
  readonly result: RunResult;
}
