/** A `--ping` run as JSON: one document `{start, pings, end}`, or one line an event. */
import type { PingEndEvent, PingEvent, PingStartEvent, PongEvent } from '../../events/ping.js';
import { jsonText } from '../printable.js';
import type { PingReporter, Sink } from '../reporter.js';
import {
  connectedObject,
  failureObject,
  type Identity,
  lineOfMessage,
  programObject,
  timestampObject,
} from './common.js';
import { latencyObject } from './latency.js';
import { simulationObject } from './simulation.js';
import { socketObject } from './socket.js';

/** The one document of a run; after an error it holds the pings so far. */
export class PingDocumentBuilder {
  readonly #identity: Identity;
  readonly #pings: unknown[] = [];
  readonly #notes: string[] = [];
  #start: PingStartEvent | undefined;

  constructor(identity: Identity) {
    this.#identity = identity;
  }

  /** The whole of it, upon the last event. */
  add(event: PingEvent): Record<string, unknown> | undefined {
    if (event.type === 'ping-start') this.#start = event;
    else if (event.type === 'pong') this.#pings.push(pongObject(event));
    else if (event.type === 'notice') this.#notes.push(event.text);
    else if (event.type === 'ping-end') return this.#document({ end: endObject(event) });
    else {
      const end = event.partial ? endObject(event.partial) : {};
      return this.#document({ end, ...failureObject(event.error) });
    }
    return undefined;
  }

  #document(ending: Record<string, unknown>): Record<string, unknown> {
    const title = this.#start?.title;
    return {
      ...(title !== undefined && { title }),
      start: this.#start ? startObject(this.#start, this.#identity) : programObject(this.#identity),
      pings: this.#pings,
      ...ending,
      ...(this.#notes.length > 0 && { notes: this.#notes }),
    };
  }
}

/** Prints each event as one line `{"event": "start" | "pong" | "notice" | "end" | "error", "data": ...}`. */
export function pingJsonStreamReporter(identity: Identity, out: Sink): PingReporter {
  const print = (event: PingEvent) => out.write(`${jsonText(lineOf(event, identity))}\n`);
  return {
    event(event) {
      if (event.type === 'error' && event.partial) print(event.partial);
      print(event);
    },
  };
}

function lineOf(event: PingEvent, identity: Identity) {
  switch (event.type) {
    case 'ping-start':
      return { event: 'start', data: startObject(event, identity) };
    case 'pong':
      return { event: 'pong', data: pongObject(event) };
    case 'ping-end':
      return { event: 'end', data: endObject(event) };
    default:
      return lineOfMessage(event);
  }
}

function startObject(start: PingStartEvent, identity: Identity) {
  return {
    ...programObject(identity),
    connected: [connectedObject({ id: 1, ...start.connection })],
    timestamp: timestampObject(start.wallMs),
    connecting_to: start.peer,
    cookie: start.session,
    test_parameters: { ping: true, count: start.count, interval: start.intervalSeconds },
    transport: start.transport,
    secure: start.secure,
    ...(start.proxy !== undefined && { proxy: start.proxy }),
    role: 'client',
    peer_software: start.peerSoftware,
    ...(start.dialect !== undefined && { dialect: start.dialect }),
    ...(start.simulation && { simulation: simulationObject(start.simulation) }),
    ...(start.socket && { socket_options: socketObject(start.socket) }),
  };
}

function pongObject({ seq, rttMs }: PongEvent) {
  return { seq, time_ms: rttMs };
}

function endObject({ transmitted, received, lossPercent, rtt, simulation, interrupted }: PingEndEvent) {
  return {
    transmitted,
    received,
    loss_percent: lossPercent,
    rtt: rtt && { ...latencyObject(rtt), avg_ms: rtt.avgMs, mdev_ms: rtt.mdevMs },
    ...(simulation && { simulation: simulationObject(simulation) }),
    interrupted,
  };
}
