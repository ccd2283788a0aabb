/** Simulated conditions in the JSON reports. */
import type { SimulationReport } from '../../events/load.js';
import type { SocketSettings } from '../../measure/tcp.js';

export function simulationObject({ configured, measured }: SimulationReport) {
  return {
    configured: {
      latency_ms: configured.latencyMs ?? null,
      jitter_ms: configured.jitterMs ?? null,
      loss_percent: configured.lossPercent ?? null,
      mtu: configured.mtuBytes ?? null,
      ...settingsObject(configured),
      seed: configured.seed,
    },
    measured: {
      rtt_ms: measured.rttMs,
      loss_percent: measured.lossPercent,
      blksize: measured.blockBytes,
      local: settingsObject(measured.local),
      remote: measured.remote && settingsObject(measured.remote),
    },
  };
}

function settingsObject({ sndbufBytes, rcvbufBytes, noDelay }: SocketSettings) {
  return { sndbuf: sndbufBytes ?? null, rcvbuf: rcvbufBytes ?? null, tcp_nodelay: noDelay ?? null };
}
