/** Events of tests that never ran, with round figures. */
import { WperfError } from '../../src/errors.js';
import type {
  EndEvent,
  ErrorEvent,
  IntervalEvent,
  SimulationReport,
  StartEvent,
  StreamResult,
} from '../../src/events/load.js';
import type { TcpSample } from '../../src/measure/tcp.js';
import type { Direction, TestPlan } from '../../src/plan/plan.js';

export const identity = { software: 'wperf 1.2.3', systemInfo: 'Linux box 6.1.0 x64' };

export const plan: TestPlan = {
  mode: 'throughput',
  direction: 'up',
  streams: 1,
  seconds: 2,
  omitSeconds: 0,
  blockBytes: 65_536,
  bitsPerSecond: 0,
  intervalSeconds: 1,
};

const facts = { sndbufBytes: 131_072, rcvbufBytes: 131_072, tos: 40, mssBytes: 988, congestion: 'reno' };

/** With options asked of the sockets, and what came of them. */
export const withSocket: StartEvent['socket'] = {
  asked: { windowBytes: 65_536, tos: 40, mssBytes: 1000, congestion: 'reno', localPort: 5000 },
  local: facts,
  remote: facts,
};

export function startOf(test: Partial<TestPlan> = {}, more: Partial<StartEvent> = {}): StartEvent {
  const whole = { ...plan, ...test };
  return {
    type: 'start',
    role: 'client',
    session: 'ab'.repeat(16),
    wallMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    peer: { host: 'server.example', port: 8765 },
    peerSoftware: 'wperf 1.2.2',
    test: whole,
    streams: Array.from({ length: whole.streams }, (_, i) => ({
      id: i + 1,
      localHost: '192.0.2.1',
      localPort: 40_001 + i,
      remoteHost: '198.51.100.7',
      remotePort: 8765,
    })),
    rtt: { samples: 10, minMs: 1.5, avgMs: 12.25, maxMs: 20 },
    mss: 1448,
    transport: 'websocket',
    secure: false,
    socket: { asked: {}, local: {}, remote: null },
    ...more,
  };
}

const tcp: TcpSample = {
  retransmits: 3,
  cwndBytes: 1_310_000,
  sndWndBytes: 2_000_000,
  sinceAckMs: 0,
  rttUs: 1500,
  rttVarUs: 200,
  pathMtu: 1500,
  reorder: 3,
  mss: 1448,
};

const directionsOf = (test: TestPlan): Direction[] => (test.direction === 'bidir' ? ['up', 'down'] : [test.direction]);

/** Each stream carries 125 MB in the second, 1 Gbit/s. */
export function intervalOf({ test, role }: StartEvent, second: number, omitted = false): IntervalEvent {
  const span = { start: second, end: second + 1, omitted };
  const each = directionsOf(test).map((direction) => ({
    direction,
    sender: (direction === 'up') === (role === 'client'),
  }));
  return {
    type: 'interval',
    streams: each.flatMap((way) =>
      Array.from({ length: test.streams }, (_, i) => ({
        id: i + 1,
        ...way,
        ...span,
        bytes: 125_000_000,
        ...(way.sender && { tcp }),
      })),
    ),
    sums: each.map((way) => ({
      ...way,
      ...span,
      bytes: 125_000_000 * test.streams,
      ...(way.sender && { retransmits: 3 * test.streams }),
    })),
  };
}

/** Over two seconds; the sender's kernel took 1 MB more than arrived. */
export function endOf(
  { test, role }: StartEvent,
  more: Partial<EndEvent> = {},
  result: Partial<StreamResult> = {},
): EndEvent {
  const streams = directionsOf(test).flatMap((direction) =>
    Array.from({ length: test.streams }, (_, i) => ({
      id: i + 1,
      direction,
      sender: (direction === 'up') === (role === 'client'),
      sent: { start: 0, end: 2, bytes: 251_000_000 },
      received: { start: 0, end: 2, bytes: 250_000_000 },
      partial: false,
      tcp: {
        retransmits: 6,
        reorder: 3,
        maxCwndBytes: 1_310_000,
        maxSndWndBytes: 2_000_000,
        maxRttUs: 1900,
        minRttUs: 1500,
        meanRttUs: 1700,
      },
      ...result,
    })),
  );
  const times = (span: { start: number; end: number; bytes: number } | null) =>
    span && { ...span, bytes: span.bytes * test.streams };
  return {
    type: 'end',
    streams,
    sums: streams
      .filter(({ id }) => id === 1)
      .map(({ direction, sender, sent, received, partial }) => ({
        direction,
        sender,
        sent: times(sent),
        received: times(received),
        partial,
        retransmits: 6 * test.streams,
      })),
    cpu: { local: { total: 30.4, user: 10.2, system: 20.2 }, remote: { total: 41, user: 11, system: 30 } },
    congestion: { sender: 'cubic', receiver: 'bbr' },
    interrupted: false,
    warnings: [],
    ...more,
  };
}

export const failure: ErrorEvent = {
  type: 'error',
  error: new WperfError('connection-refused', 'server.example:8765 refused the connection', { hint: 'is it there?' }),
};

export const simulation: SimulationReport = {
  configured: {
    ...{ latencyMs: 50, jitterMs: 5, lossPercent: 1, mtuBytes: 1400 },
    ...{ sndbufBytes: 65_536, rcvbufBytes: 32_768, noDelay: true, seed: 7 },
  },
  measured: {
    ...{ rttMs: 101.25, lossPercent: 0.974, blockBytes: 1400 },
    local: { sndbufBytes: 131_072, rcvbufBytes: 65_536, noDelay: true },
    remote: { sndbufBytes: 131_072 },
  },
};
