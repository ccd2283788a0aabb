/** Simulated conditions in a run: what they are, and what came of them. */
import type { SimulationReport } from '../events/load.js';
import { random32 } from '../host/random.js';
import type { SocketSettings } from '../measure/tcp.js';
import type { Simulation, SimulationPlan } from '../plan/plan.js';
import type { BareChannel, Data, Link, LoadLink } from '../transport/channel.js';
import { SimulatedChannel } from '../transport/simulated/channel.js';
import { SimulatedLoad, type SimulatedOptions } from '../transport/simulated/load.js';
import type { StreamOutcome } from './load/stream/figures.js';

/** The conditions with a seed: all streams of a test have the same. */
export function withSeed(plan: SimulationPlan): Simulation {
  return { ...plan, seed: plan.seed ?? random32() };
}

/** The channel itself where nothing is to happen to what it sends. */
export function simulated(channel: BareChannel, options: SimulatedOptions): BareChannel {
  return changesAnything(options) ? new SimulatedChannel(channel, options) : channel;
}

/** The same for a connection of load alone, until `whenEnded` says that it is over. */
export function simulatedLink(link: LoadLink, options: SimulatedOptions, whenEnded: (task: () => void) => void): Data {
  if (!changesAnything(options)) return link;
  const simulated = new SimulatedLoad(link, options);
  whenEnded(() => simulated.end());
  return simulated;
}

function changesAnything({ simulation: { latencyMs = 0, jitterMs = 0, lossPercent = 0 } }: SimulatedOptions): boolean {
  return latencyMs + jitterMs + lossPercent > 0;
}

/** The most that both ends add to a round trip. */
export function simulatedSeconds(simulation: SimulationPlan | undefined): number {
  const { latencyMs = 0, jitterMs = 0 } = simulation ?? {};
  return (2 * (latencyMs + jitterMs)) / 1000;
}

/**
 * `simulation` comes with what the far end's kernel made of it, where that end has told. `link` is this end's; of
 * several, the first. For the start of a test: what is lost is not known yet.
 */
export function simulationReport(
  simulation: Simulation & { readonly socket?: SocketSettings },
  link: Link | undefined,
  { rttMs, blockBytes }: { readonly rttMs?: number | undefined; readonly blockBytes?: number } = {},
): SimulationReport {
  const { socket: remote, ...configured } = simulation;
  return {
    configured,
    measured: {
      rttMs: rttMs ?? null,
      lossPercent: null,
      blockBytes: blockBytes ?? null,
      local: link?.kernel?.settings(configured) ?? {},
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
