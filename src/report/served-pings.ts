/** What a server reports of a client's pings: that they were, and how many. */
import type { PingsServedEvent } from '../events/ping.js';
import type { OutputPlan } from '../plan/plan.js';
import { acceptedObject, type Identity, programObject, timestampObject } from './json/common.js';
import { jsonText } from './printable.js';
import { plural, secondsText } from './text/format.js';
import { acceptedFrom } from './text/load/describe.js';

/** Whole lines: one in words, one document `{start, pings, end}`, or one line of JSON for its start and one for its end. */
export function servedPingsText(served: PingsServedEvent, identity: Identity, format: OutputPlan['format']): string {
  const [start, end] = [startObject(served, identity), endObject(served)];
  if (format === 'json') return `${jsonText({ start, pings: [], end }, 2)}\n`;
  if (format === 'json-stream') {
    const lines = [jsonText({ event: 'start', data: start }), jsonText({ event: 'end', data: end })];
    return lines.map((line) => `${line}\n`).join('');
  }
  const { peer, peerSoftware, answered, seconds } = served;
  return `Answered ${plural(answered, 'ping')} of ${acceptedFrom(peer)} (${peerSoftware}) in ${secondsText(seconds)}\n`;
}

function startObject(served: PingsServedEvent, identity: Identity) {
  return {
    ...programObject(identity),
    timestamp: timestampObject(served.wallMs),
    accepted_connection: acceptedObject(served.peer),
    cookie: served.session,
    test_parameters: { ping: true },
    transport: served.transport,
    secure: served.secure,
    role: 'server',
    peer_software: served.peerSoftware,
    ...(served.dialect !== undefined && { dialect: served.dialect }),
  };
}

function endObject({ answered, seconds, interrupted }: PingsServedEvent) {
  return { answered, seconds, interrupted };
}
