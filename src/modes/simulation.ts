/** Simulated conditions in a test: both ends put them over their channels, and tell what came of them. */
import { randomInt } from 'node:crypto';
import { limits } from '../defaults/index.js';
import type { Conversation } from '../dialects/native/conversation.js';
import type { SimulationReport } from '../events/test.js';
import { readSettings, setBuffers } from '../host/tcp/options.js';
import type { SocketSettings } from '../measure/tcp.js';
import type { Simulation, SimulationPlan } from '../plan/plan.js';
import type { Grant, Hello } from '../protocol/messages.js';
import type { Channel } from '../transport/channel.js';
import { SimulatedChannel, type SimulatedOptions } from '../transport/simulated/channel.js';
import type { StreamOutcome } from './load/figures.js';
import type { Role } from './load/results.js';

/** The conditions with a seed: all streams of a test have the same. */
export function withSeed(plan: SimulationPlan): Simulation {
  return { ...plan, seed: plan.seed ?? randomInt(limits.simulation.seed.max + 1) };
}

/** At the server: what is granted of the conditions asked for, with what the kernel made of the settings. */
export function grantedSimulation({ channel }: Conversation, { mode, sim }: Hello): Grant['sim'] {
  if (!sim || mode === 'traceroute') return undefined;
  setBuffers(channel.descriptor, sim);
  return { ...sim, socket: readSettings(channel.descriptor, sim) };
}

/** Either end, once the grant is said: from now on all it sends is under the conditions granted. */
export function simulate(conversation: Conversation, role: Role, hello: Hello, { sim, bitsPerSecond }: Grant): void {
  if (!hello.sim || !sim) return;
  if (role === 'client') setBuffers(conversation.channel.descriptor, sim);
  conversation.put((channel, clock) =>
    simulated(channel, {
      ...{ simulation: sim, clock, bitsPerSecond },
      name: `${hello.mode} ${hello.stream} ${role}`,
      packets: hello.mode === 'datagram',
    }),
  );
}

/** The channel itself where nothing is to happen to what it sends. */
export function simulated(channel: Channel, options: SimulatedOptions): Channel {
  const { latencyMs = 0, jitterMs = 0, lossPercent = 0 } = options.simulation;
  return latencyMs + jitterMs + lossPercent > 0 ? new SimulatedChannel(channel, options) : channel;
}

/** The most that both ends add to a round trip. */
export function simulatedSeconds(simulation: SimulationPlan | undefined): number {
  const { latencyMs = 0, jitterMs = 0 } = simulation ?? {};
  return (2 * (latencyMs + jitterMs)) / 1000;
}

/**
 * `simulation` comes with what the far end's kernel made of it, where that end has told. `channel` is this end's; of
 * several, the first. For the start of a test: what is lost is not known yet.
 */
export function simulationReport(
  simulation: Simulation & { readonly socket?: SocketSettings },
  channel: Channel | undefined,
  { rttMs, blockBytes }: { readonly rttMs?: number | undefined; readonly blockBytes?: number } = {},
): SimulationReport {
  const { socket: remote, ...configured } = simulation;
  return {
    configured,
    measured: {
      rttMs: rttMs ?? null,
      lossPercent: null,
      blockBytes: blockBytes ?? null,
      local: readSettings(channel?.descriptor, configured),
      remote: remote ?? null,
    },
  };
}

/** The report of a start with what was lost in the end: of the messages of load that either end is known to have sent. */
export function withLoss(report: SimulationReport, outcomes: readonly StreamOutcome[]): SimulationReport {
  const counts = outcomes.flatMap(({ simulated, remote }) => [simulated ?? [], remote?.simulated ?? []].flat());
  const messages = counts.reduce((sum, count) => sum + count.messages, 0);
  const dropped = counts.reduce((sum, count) => sum + count.dropped, 0);
  const lossPercent = messages === 0 ? null : (100 * dropped) / messages;
  return { ...report, measured: { ...report.measured, lossPercent } };
}
