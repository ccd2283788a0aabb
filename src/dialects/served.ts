/** The served side of a dialect: what a server gives it, and what it does with a connection. */
import type { Annotation } from '../events/hop.js';
import type { PingsServedEvent } from '../events/ping.js';
import type { Recorder } from '../events/recorder.js';
import type { TestEvent } from '../events/test.js';
import type { Host } from '../host/host.js';
import type { LoadReception } from '../modes/load/carriage.js';
import type { TraceDesk } from '../modes/route/desk/desk.js';
import type { ServerPlan, TraceService } from '../plan/plan.js';
import type { Channel } from '../transport/channel.js';

/** `ran` is false where it came to nothing, and the server is as free as before. */
export type EndRun = (ran: boolean) => void;

export interface House {
  readonly plan: ServerPlan;
  readonly host: Host;
  /** Ends whatever runs, with what it has. */
  readonly stop: AbortSignal;
  readonly admission: {
    /** A test, or anything that counts as one, begins. Throws `server-full` where there may be no other. */
    readonly begin: () => EndRun;
  };
  readonly reception: LoadReception;
  /** Routes back to clients, and what they may have of them. */
  readonly desk: TraceDesk;
  readonly service: TraceService;
  /** What is known of an address, for clients that do not look it up. */
  readonly annotate: ((ip: string) => Promise<Annotation>) | undefined;
  /** Makes what keeps the server's report for a client that asks for it. */
  readonly makeRecorder: (() => Recorder) | undefined;
  readonly emit: {
    readonly test: (event: TestEvent, session: string) => void;
    readonly pings: (event: PingsServedEvent) => void;
    /** What was asked for and comes to no test, in a sentence. */
    readonly note: (text: string) => void;
  };
}

/** A connection that an entry has claimed. */
export interface Visitor {
  readonly channel: Channel;
  /** It has said what it wants: it is none of the silent ones, which make room for others. */
  readonly heard: () => void;
  /** It came to nothing, or to an end before its time. */
  readonly failed: (error: unknown) => void;
}

/** Resolves once the connection has ended, and all is told of it; never rejects. */
export type ServedDialect = (visitor: Visitor) => Promise<void>;
