import { describe, expect, it } from 'vitest';
import type { SimulationReport } from '../../src/events/load.js';
import { simulationObject } from '../../src/report/json/simulation.js';
import { simulationFindings, simulationLine } from '../../src/report/text/load/simulation.js';
import { simulation } from './fixtures.js';

const unknown: SimulationReport['measured'] = {
  ...{ rttMs: null, lossPercent: null, blockBytes: null },
  local: {},
  remote: null,
};

describe('simulated conditions in words', () => {
  it.each<[SimulationReport['configured'], string]>([
    [{ latencyMs: 50, seed: 1 }, 'Simulated: latency 50 ms, seed 1'],
    [{ latencyMs: 50, jitterMs: 5, lossPercent: 1, seed: 7 }, 'Simulated: latency 50 ms +- 5 ms, loss 1 %, seed 7'],
    [{ jitterMs: 0.5, seed: 7 }, 'Simulated: latency 0 ms +- 0.5 ms, seed 7'],
    [
      simulation.configured,
      'Simulated: latency 50 ms +- 5 ms, loss 1 %, MTU 1400 bytes, send buffer 64 KiB, receive buffer 32 KiB, no delay of small segments, seed 7',
    ],
  ])('%j are %s', (configured, text) => {
    expect(simulationLine({ configured, measured: unknown })).toBe(text);
  });

  it('stand beside what was measured in the end', () => {
    expect(simulationFindings(simulation)).toBe(
      'Simulated: round trip 100 ms +- 10 ms (measured 101.3 ms), loss 1 % (measured 0.97 %), ' +
        'MTU 1400 bytes (messages of 1400 bytes), send buffer 64 KiB (here 128 KiB, there 128 KiB), ' +
        'receive buffer 32 KiB (here 64 KiB, there unknown), no delay of small segments (here yes, there unknown), seed 7',
    );
  });

  it('say where nothing was measured', () => {
    const configured = { latencyMs: 5, lossPercent: 1, mtuBytes: 100, seed: 1 };
    expect(simulationFindings({ configured, measured: unknown })).toBe(
      'Simulated: round trip 10 ms (measured unknown), loss 1 % (measured unknown), seed 1',
    );
  });
});

it('simulated conditions have null for what was not asked for, or not measured', () => {
  const nothing = { sndbuf: null, rcvbuf: null, tcp_nodelay: null };
  expect(simulationObject({ configured: { lossPercent: 2, seed: 3 }, measured: unknown })).toEqual({
    configured: { latency_ms: null, jitter_ms: null, loss_percent: 2, mtu: null, ...nothing, seed: 3 },
    measured: { rtt_ms: null, loss_percent: null, blksize: null, local: nothing, remote: null },
  });
});
