/** The recorded sessions of `vectors.json`, with their datagrams built again, byte for byte. */
import { readFileSync } from 'node:fs';
import { repositoryFile } from '../../support/folders.js';

type Command = 'PUSH' | 'ACK' | 'WASK' | 'WINS';
type RecordedSegment = readonly [
  offset: number,
  command: Command,
  fragments: number,
  window: number,
  stampMs: number,
  number: number,
  unacknowledged: number,
  bytes: number,
];

interface Row {
  readonly ms: number;
  readonly from: 'C' | 'S';
  readonly bytes: number;
  readonly segments: readonly RecordedSegment[];
  readonly lost?: true;
  readonly hex?: string;
}

export interface Session {
  readonly conv: number;
  readonly rows: readonly Row[];
}

type SessionName = 'echo_fast' | 'echo_defaults' | 'loss' | 'fragments';

const path = repositoryFile('test', 'transport', 'kcp', 'vectors.json');
export const sessions: Readonly<Record<SessionName, Session>> = JSON.parse(readFileSync(path, 'utf8')).sessions;

const codes: Readonly<Record<Command, number>> = { PUSH: 81, ACK: 82, WASK: 83, WINS: 84 };

export const counting = (bytes: number) => Buffer.from(Array.from({ length: bytes }, (_, i) => i & 255));

export const echoMessages = [
  Buffer.from('hello kcp'),
  Buffer.from('second message, 32 bytes long...'),
  counting(1500),
] as const;

/** What each session carries, by number of segment. */
const payloads: Readonly<Record<SessionName, readonly Buffer[]>> = {
  echo_fast: [echoMessages[0], echoMessages[1], ...cut(echoMessages[2])],
  echo_defaults: [echoMessages[0], echoMessages[1], ...cut(echoMessages[2])],
  loss: Array.from({ length: 6 }, () => counting(1000)),
  fragments: [...cut(counting(3000)), Buffer.from('tail')],
};

export function datagramOf(name: SessionName, row: Row): Buffer {
  const datagram = Buffer.alloc(row.bytes);
  for (const segment of row.segments) {
    const [at, command, fragments, window, stampMs, number, unacknowledged, bytes] = segment;
    datagram.writeUInt32LE(sessions[name].conv, at);
    datagram.writeUInt8(codes[command], at + 4);
    datagram.writeUInt8(fragments, at + 5);
    datagram.writeUInt16LE(window, at + 6);
    for (const [index, value] of [stampMs, number, unacknowledged, bytes].entries())
      datagram.writeUInt32LE(value, at + 8 + 4 * index);
    if (command === 'PUSH') payloads[name][number]?.copy(datagram, at + 24);
  }
  return datagram;
}

function cut(message: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < message.length; at += 1376) pieces.push(message.subarray(at, at + 1376));
  return pieces;
}
