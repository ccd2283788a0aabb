/**
 * Recorded sessions of kcp-go, played again with one end being ours: it must send byte for byte what that end sent, its
 * clock read as that end's was. What kcp-go and others do differently does not occur in them.
 */
import { describe, expect, test } from 'vitest';
import { Kcp } from '../../../src/transport/kcp/core.js';
import { readSegment } from '../../../src/transport/kcp/segment.js';
import type { KcpSettings } from '../../../src/transport/kcp/settings.js';
import { counting, datagramOf, echoMessages, sessions } from './vectors.js';

const names = ['echo_fast', 'echo_defaults', 'loss', 'fragments'] as const;
type Name = (typeof names)[number];

const fast = {
  mtu: 1400,
  sendWindow: 512,
  receiveWindow: 512,
  intervalMs: 10,
  resend: 2,
  noDelay: true,
  congestion: false,
};
const plain = {
  ...fast,
  sendWindow: 32,
  receiveWindow: 32,
  intervalMs: 100,
  resend: 0,
  noDelay: false,
  congestion: true,
};

/** What the program over the recorded end does when it has its turn. */
type Turn = (kcp: Kcp) => Buffer | undefined;

interface Played {
  readonly sent: string[];
  readonly recorded: string[];
  readonly kcp: Kcp;
}

/** Plays one end; its clock shows `originMs` when the recording began. A turn's result is sent and flushed. */
function play(name: Name, end: 'C' | 'S', settings: Omit<KcpSettings, 'conv'>, originMs: number, turn: Turn): Played {
  const { conv, rows } = sessions[name];
  const waiting: string[] = [];
  const kcp = new Kcp({ conv, ...settings }, (datagram) => waiting.push(datagram.toString('hex')));
  const [sent, recorded]: [string[], string[]] = [[], []];
  for (const row of rows) {
    const now = originMs + row.ms;
    const datagram = datagramOf(name, row);
    if (row.from === end) {
      if (waiting.length === 0) takeTurn(kcp, now, turn);
      sent.push(waiting.shift() ?? 'nothing');
      recorded.push(datagram.toString('hex'));
    } else if (!row.lost) expect(kcp.input(datagram, now)).toBeUndefined();
  }
  sent.push(...waiting);
  return { sent, recorded, kcp };
}

function takeTurn(kcp: Kcp, now: number, turn: Turn): void {
  const bytes = turn(kcp);
  if (bytes === undefined) {
    kcp.update(now);
    return;
  }
  kcp.send(bytes);
  kcp.flush(now);
}

function readAll(kcp: Kcp): Buffer {
  const parts: Buffer[] = [];
  for (let part = kcp.read(); part; part = kcp.read()) parts.push(part);
  return Buffer.concat(parts);
}

/** Asks with one message after another, each after the whole echo of the last. */
function asker() {
  const echoes: Buffer[] = [];
  let asked = 0;
  const turn: Turn = (kcp) => {
    const echo = readAll(kcp);
    if (echo.length > 0) echoes.push(echo);
    return echoes.length < asked ? undefined : echoMessages[asked++];
  };
  return { echoes, turn };
}

test.each(names)('the datagrams of %s are built again, and taken apart', (name) => {
  const { conv, rows } = sessions[name];
  expect(rows.length).toBeGreaterThan(2);
  for (const row of rows) {
    const datagram = datagramOf(name, row);
    for (const part of row.hex?.split(/\.\.\(\d+ more\)/) ?? []) expect(datagram.toString('hex')).toContain(part);
    for (const [at, , , window, stampMs, number, unacknowledged, bytes] of row.segments) {
      const segment = readSegment(datagram, at, conv);
      expect(segment).toMatchObject({ conv, window, stampMs, number, unacknowledged });
      expect(segment).toHaveProperty('payload.length', bytes);
    }
  }
});

describe('an end of ours sends what the recorded end sent', () => {
  test('as the client of an echo, with the fast settings', () => {
    const { echoes, turn } = asker();
    const { sent, recorded, kcp } = play('echo_fast', 'C', fast, 402, turn);
    expect(sent).toEqual(recorded);
    expect(echoes).toEqual(echoMessages);
    expect(kcp.waiting).toBe(0);
    expect(kcp.statistics).toMatchObject({ smoothedRttMs: 0, segmentsSent: 4, duplicatesReceived: 0 });
  });

  test('as the server of an echo, with the fast settings', () => {
    const { sent, recorded, kcp } = play('echo_fast', 'S', fast, 402, (end) => end.read());
    expect(sent).toEqual(recorded);
    expect(kcp.waiting).toBe(0);
  });

  test('as the client of an echo, with the defaults: the last ack waits for the interval', () => {
    const { echoes, turn } = asker();
    const { sent, recorded, kcp } = play('echo_defaults', 'C', plain, -0.3, turn);
    expect(sent).toEqual(recorded);
    expect(echoes).toEqual(echoMessages);
    expect(readAll(kcp)).toHaveLength(0);
    expect(kcp.statistics.duplicatesReceived).toBe(1);
  });

  test('as a sender whose second segment is lost', () => {
    const { sent, recorded, kcp } = play('loss', 'C', fast, 804.3, () => counting(1000));
    expect(sent).toEqual(recorded);
    expect(kcp.waiting).toBe(0);
    expect(kcp.statistics).toMatchObject({ segmentsSent: 7, resentFast: 1, resentEarly: 0, resentAtTimeout: 0 });
  });

  test('as its receiver', () => {
    const got: Buffer[] = [];
    const { sent, recorded } = play('loss', 'S', fast, 804.3, (kcp) => {
      got.push(readAll(kcp));
      return undefined;
    });
    expect(sent).toEqual(recorded);
    expect(Buffer.concat(got)).toEqual(Buffer.concat(Array.from({ length: 6 }, () => counting(1000))));
  });
});

test('fragments of messages are delivered as the stream that they are', () => {
  const { kcp } = play('fragments', 'S', plain, 0, () => undefined);
  expect(readAll(kcp)).toEqual(Buffer.concat([counting(3000), Buffer.from('tail')]));
});
