/** The served side of a dialect: what a server gives it, and what it does with a connection. */
import type { Socket } from 'node:net';
import type { WperfError } from '../errors.js';
import type { Annotation } from '../events/hop.js';
import type { TestEvent } from '../events/load.js';
import type { PingsServedEvent } from '../events/ping.js';
import type { Recorder } from '../events/recorder.js';
import type { Host } from '../host/host.js';
import type { TraceDesk } from '../modes/route/desk/desk.js';
import type { ServerPlan, SocketWishes, TraceService } from '../plan/plan.js';
import type { LoadReception } from '../transport/carriage.js';
import type { Channel, ChannelInfo, LoadLink } from '../transport/channel.js';

/** `ran` is false where it came to nothing, and the server is as free as before. */
export type EndRun = (ran: boolean) => void;

export interface House {
  /** Of this run of the server: 32 hexadecimal digits. */
  readonly id: string;
  readonly plan: ServerPlan;
  readonly host: Host;
  /** Ends whatever runs, with what it has. */
  readonly stop: AbortSignal;
  readonly admission: {
    /** Throws `server-full` where there may be no other run. */
    readonly checkFree: () => void;
    /** A test, or anything that counts as one, begins. Throws likewise. */
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
  /** The same in JSON, where that is what the server itself prints. */
  readonly makeJsonRecorder: (() => Recorder) | undefined;
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

/** A connection as it came in, that an entry has claimed by its first bytes, which are still to be read. */
export interface RawVisitor extends Omit<Visitor, 'channel'> {
  readonly socket: Socket;
  readonly info: ChannelInfo;
  /** Counts it as a client, or says why it may not stay. */
  readonly admit: () => WperfError | undefined;
  /** It carries load for another that is counted, and ends with that. Called once nothing else reads it. */
  readonly carry: () => LoadLink;
}

/** A datagram from a peer that is unknown yet. */
export interface StrayDatagram {
  /** Its own until the call returns. */
  readonly bytes: Uint8Array;
  readonly from: { readonly host: string; readonly port: number };
  /** From now on the peer's datagrams are the link's; `reply` is sent to it. Throws where that cannot be. */
  readonly open: (reply: Buffer, options: DatagramWishes) => LoadLink;
}

interface DatagramWishes extends Pick<SocketWishes, 'tos' | 'windowBytes' | 'dontFragment'> {
  /** The local address that the peer speaks to. */
  readonly localHost: string;
}

/** A dialect that begins with bytes of its own. */
export interface RawDialect {
  /** Resolves once the connection has ended, and all is told of it; never rejects. */
  readonly serve: (visitor: RawVisitor) => Promise<void>;
  /** False where nobody waits for it: nothing is answered then. */
  readonly hear: (datagram: StrayDatagram) => boolean;
}

/** Whether bytes seen so far are an opening of one's own, or may become one. */
export type Claim = 'yes' | 'more' | 'no';
