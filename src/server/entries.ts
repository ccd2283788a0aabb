/** The ways in: each connection goes to the entry that claims it by its first bytes, its request or its sub-protocol. */
import type { SecureContext } from 'node:tls';
import type { Clock } from '../host/clock.js';
import type { Channel } from '../transport/channel.js';
import type { Arrival, Claim, Opening } from '../transport/door/arrival.js';
import { clientOf } from '../transport/door/forwarded.js';
import { type Answer, claimsHttp, HttpReader, type Requested } from '../transport/door/http.js';
import { claimsTls, overTls } from '../transport/door/tls.js';
import { Upgrader } from '../transport/ws/upgrade.js';
import type { Admission } from './admission.js';
import {
  isOwnClient,
  ownHeaders,
  refusal,
  unreadable,
  unsound,
  wantsTls,
  withoutSubprotocol,
  withoutUpgrade,
  wrongPath,
} from './http.js';
import { refusePage } from './origin.js';

interface SubprotocolEntry {
  readonly kind: 'subprotocol';
  /** Undefined for clients that name none. */
  readonly name: string | undefined;
  readonly serve: (channel: Channel, arrival: Arrival) => void;
}

interface HttpEntry {
  readonly kind: 'http';
  /** Undefined of a request that is for somebody else; `taken` where it is answered otherwise. */
  readonly answer: (asked: Requested) => Answer | 'taken' | undefined;
}

interface BytesEntry {
  readonly kind: 'bytes';
  readonly claims: (first: Uint8Array) => Claim;
  readonly serve: (arrival: Arrival) => void;
}

export type Entry = SubprotocolEntry | HttpEntry | BytesEntry;

interface EntranceOptions {
  readonly entries: readonly Entry[];
  /** With it, HTTP is spoken over TLS only. */
  readonly secure: SecureContext | undefined;
  /** The only path for WebSockets; without one, any. */
  readonly path: string | undefined;
  readonly clock: Clock;
  readonly trusts: (address: string) => boolean;
  readonly admission: Admission;
  readonly lane: boolean;
}

/** What the front door is to look for. */
export function openingsOf(options: EntranceOptions): Opening[] {
  const { entries, secure, clock } = options;
  const upgrader = new Upgrader({ protocols: namesOf(entries), headers: ownHeaders, unsound, lane: options.lane });
  const http = new HttpReader(clock, (asked) => route(asked, options, upgrader), unreadable);
  const bytes = entries.filter((entry) => entry.kind === 'bytes');
  return [
    ...bytes.map(({ claims, serve }) => ({ claims, take: serve })),
    ...(secure ? [{ claims: claimsTls, take: (arrival: Arrival) => http.read(overTls(arrival, secure)) }] : []),
    { claims: claimsHttp, take: (arrival: Arrival) => http.read(arrival) },
  ];
}

function route(asked: Requested, options: EntranceOptions, upgrader: Upgrader): void {
  const { arrival, upgrade } = asked;
  if (options.secure && arrival.socket === arrival.tcp) asked.answer(wantsTls);
  else if (upgrade === undefined) answerPlain(asked, options);
  else welcome(asked, options, upgrader);
}

function answerPlain(asked: Requested, { entries }: EntranceOptions): void {
  for (const entry of entries) {
    const answer = entry.kind === 'http' ? entry.answer(asked) : undefined;
    if (answer === undefined) continue;
    if (answer !== 'taken') asked.answer(answer);
    return;
  }
  asked.answer(withoutUpgrade(asked.request));
}

function welcome(asked: Requested, options: EntranceOptions, upgrader: Upgrader): void {
  const { request, arrival } = asked;
  const client = clientOf(request.headers, arrival, options.trusts);
  const admitted = admit(asked, client?.host ?? arrival.tcp.remoteAddress ?? '', options);
  if ('status' in admitted) asked.answer(admitted);
  else upgrader.upgrade(asked, client, (channel) => admitted.serve(channel, arrival));
}

/** Who serves a client at this address, or why nobody does. */
function admit({ request, arrival, path }: Requested, address: string, options: EntranceOptions) {
  if (options.path !== undefined && path !== options.path) return wrongPath;
  const foreign = refusePage(request.headers);
  if (foreign) return foreign;
  const entry = entryFor(request.headers, options.entries);
  if (!entry) return withoutSubprotocol(request);
  const full = options.admission.open(arrival.tcp, address);
  return full ? refusal(503, full.code, full.message) : entry;
}

/** Where a client of this program names none, a proxy has taken it: whoever speaks to such as name none is not meant. */
function entryFor(headers: Requested['request']['headers'], entries: readonly Entry[]): SubprotocolEntry | undefined {
  const named = headers['sec-websocket-protocol'];
  if (named === undefined && isOwnClient(headers)) return undefined;
  const offered: readonly (string | undefined)[] = named?.split(',').map((name) => name.trim()) ?? [undefined];
  return entries.filter((entry) => entry.kind === 'subprotocol').find(({ name }) => offered.includes(name));
}

function namesOf(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) => (entry.kind === 'subprotocol' ? (entry.name ?? []) : []));
}
