/** Simulated conditions. */
import { limits } from '../../../defaults/index.js';
import { integer, milliseconds, percent, size } from '../values/types.js';
import type { FlagRow } from './flag.js';
import { loadAndPing } from './uses.js';

export const simulationFlags = [
  {
    name: 'sim-latency',
    for: loadAndPing,
    type: milliseconds(limits.simulation.latencyMs),
    help: 'Delay all that each end sends by MS: a round trip takes twice as long',
  },
  {
    name: 'sim-jitter',
    for: loadAndPing,
    type: milliseconds(limits.simulation.jitterMs),
    help: 'Delay it by up to MS more or less',
  },
  {
    name: 'sim-loss',
    for: loadAndPing,
    type: percent(limits.simulation.lossPercent),
    help: 'Lose PERCENT of the messages of load that each end sends, and of pings',
  },
  {
    name: 'sim-mtu',
    for: loadAndPing,
    type: size(limits.simulation.mtuBytes),
    help: 'Send load in messages of at most SIZE',
  },
  {
    name: 'sim-sndbuf',
    for: loadAndPing,
    type: size(limits.simulation.bufferBytes),
    help: 'Ask the kernel of each end for a send buffer of SIZE',
  },
  {
    name: 'sim-rcvbuf',
    for: loadAndPing,
    type: size(limits.simulation.bufferBytes),
    help: 'Ask the kernel of each end for a receive buffer of SIZE',
  },
  {
    name: 'sim-tcp-nodelay',
    for: loadAndPing,
    help: 'Send without delay (TCP_NODELAY), as wperf always does; a server of the original wperf gathers messages otherwise',
  },
  {
    name: 'sim-seed',
    for: loadAndPing,
    type: integer('N', limits.simulation.seed),
    default: 'one by chance, which the report tells',
    help: 'Make chance repeat itself: the same messages are lost under the same N',
  },
] as const satisfies readonly FlagRow[];
