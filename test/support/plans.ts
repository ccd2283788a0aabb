import type { ClientPlan, PingPlan, ReverseTracePlan, TestPlan, TraceWish } from '../../src/plan/plan.js';

/** A short test with nothing special about it, at a rate that leaves the processor to others. */
export const shortTest: TestPlan = {
  mode: 'throughput',
  direction: 'up',
  streams: 1,
  seconds: 0.3,
  omitSeconds: 0,
  blockBytes: 65_536,
  bitsPerSecond: 100e6,
  intervalSeconds: 0.1,
};

export function clientPlan(port: number, changes: Partial<ClientPlan> = {}): ClientPlan {
  return {
    ...shortTest,
    target: { host: '127.0.0.1', port, secure: false, path: '/' },
    connectTimeoutMs: 5000,
    headers: [],
    insecure: false,
    getServerOutput: false,
    latency: false,
    ...changes,
  };
}

export function pingPlan(port: number, changes: Partial<PingPlan> = {}): PingPlan {
  return {
    target: { host: '127.0.0.1', port, secure: false, path: '/' },
    connectTimeoutMs: 5000,
    headers: [],
    insecure: false,
    count: 5,
    intervalSeconds: 0.02,
    ...changes,
  };
}

/** A wish for the route back with nothing special about it. */
export const usualWish: TraceWish = {
  protocol: 'auto',
  maxHops: 30,
  firstHop: 1,
  queries: 3,
  timeoutSeconds: 0.3,
  names: false,
  serial: false,
};

export function reverseTracePlan(port: number, changes: Partial<ReverseTracePlan> = {}): ReverseTracePlan {
  return {
    target: { host: '127.0.0.1', port, secure: false, path: '/' },
    ...{ connectTimeoutMs: 5000, headers: [], insecure: false, trace: usualWish },
    ...changes,
  };
}
