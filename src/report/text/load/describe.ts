/** A test in words. */
import type { StartEvent } from '../../../events/load.js';
import type { PeerAddress } from '../../../events/peer.js';
import type { LoadReader } from '../../../measure/tcp.js';
import { endpointText } from '../../../net/endpoint.js';
import { mayEndByTime } from '../../../plan/length.js';
import type { TestPlan } from '../../../plan/plan.js';
import { plural, rateFigure, secondsText, sizeFigure } from '../format.js';

const atClient = { up: 'upload to', down: 'download from', bidir: 'both ways with' } as const;
const atServer = { up: 'upload from', down: 'download to', bidir: 'both ways with' } as const;

/** `upload to example.org:8765 (192.0.2.7), 2 streams, 10 s, 64 KiB blocks`. */
export function describeTest(start: StartEvent): string {
  const { role, peer, test } = start;
  const words = (role === 'client' ? atClient : atServer)[test.direction];
  return [`${words} ${endpointText(peer)}${addressText(start)}${carriageText(start)}`, ...details(start)].join(', ');
}

/** What carries the load, where that is not a plain WebSocket. */
function carriageText({ transport, secure }: StartEvent): string {
  if (transport === 'websocket') return secure ? ' over TLS' : '';
  return ` over ${transport}`;
}

/** Of a name that was asked for, the address that all streams go to; a proxy keeps it to itself. */
function addressText({ role, peer, proxy, streams: [first] }: StartEvent): string {
  if (role === 'server' || proxy !== undefined || first === undefined) return '';
  return addressOfName(peer.host, first.remoteHost);
}

/** ` (192.0.2.7)`; nothing where the address itself was asked for. */
export function addressOfName(host: string, address: string): string {
  return host === address || host.includes(':') ? '' : ` (${address})`;
}

/** `192.0.2.7, port 4711, by proxy 198.51.100.1`. */
export function acceptedFrom({ host, port, byProxy }: PeerAddress): string {
  const parts = [host, ...(port === undefined ? [] : [`port ${port}`]), ...(byProxy ? [`by proxy ${byProxy}`] : [])];
  return parts.join(', ');
}

/** Where a client goes through one. */
export function throughProxy(proxy: string): string {
  return `Through the proxy ${proxy}`;
}

/** An upload whose length only the client knows. */
export function isOpenEnded({ dialect, role, test }: StartEvent): boolean {
  return dialect === 'legacy' && role === 'server' && test.direction === 'up';
}

/** A test by bytes alone, or of a length unknown, has a ceiling of time that hardly one comes near: 0. */
export function lastSecondOf(start: StartEvent): number {
  const { test } = start;
  const isTimed = (test.bytes === undefined || mayEndByTime(test)) && !isOpenEnded(start);
  return isTimed ? test.seconds : 0;
}

function details(start: StartEvent): string[] {
  const { test } = start;
  return [
    plural(test.streams, 'stream'),
    isOpenEnded(start) ? 'until the client ends' : lengthText(test),
    ...(test.omitSeconds > 0 ? [`after ${secondsText(test.omitSeconds)} omitted`] : []),
    blockText(start),
    ...(test.bitsPerSecond > 0
      ? [`${test.mode === 'datagram' ? '' : 'at most '}${rateFigure(test.bitsPerSecond)} a stream`]
      : []),
  ];
}

/** Where received load ends; a line for each direction, or one for all. */
export function readerLines({ readers = {} }: StartEvent): string[] {
  const { up, down } = readers;
  const ends = (reader: LoadReader | undefined) => reader && endOfLoad[reader];
  if (up !== undefined && down !== undefined && up !== down) {
    return [`Load received up is ${ends(up)}`, `Load received down is ${ends(down)}`];
  }
  const end = ends(up ?? down);
  return end === undefined ? [] : [`Received load is ${end}`];
}

const endOfLoad: Readonly<Record<LoadReader, string>> = {
  kernel: 'dropped by the kernel as it is counted (--rx-copy copies it)',
  process: 'copied into the process that counts it',
};

/** Blocks at a rate are of any size: `25-byte blocks`. */
function blockText({ packets, test: { mode, blockBytes } }: StartEvent): string {
  if (mode === 'datagram') return `${packets === undefined ? '' : `${packets} `}${blockBytes}-byte packets`;
  return blockBytes % 1024 === 0 ? `${sizeFigure(blockBytes)} blocks` : `${blockBytes}-byte blocks`;
}

function lengthText(test: TestPlan): string {
  const { bytes, seconds } = test;
  const isTimed = mayEndByTime(test);
  if (bytes === undefined) {
    return isTimed ? secondsText(seconds) : `until interrupted (${secondsText(seconds)} at most)`;
  }
  return isTimed ? `${sizeFigure(bytes)} or ${secondsText(seconds)} (the first to end)` : sizeFigure(bytes);
}
