/** Simulated conditions on a connection in the original's dialect. */
import type { NoticeEvent } from '../../../events/load.js';
import type { Role } from '../../../modes/load/results.js';
import { simulated } from '../../../modes/simulation.js';
import type { Simulation, TestPlan } from '../../../plan/plan.js';
import type { SimulatedOptions } from '../../../transport/simulated/load.js';
import type { LegacyLink } from './link.js';

interface LegacySimulation extends Pick<SimulatedOptions, 'simulation' | 'clock'> {
  readonly role: Role;
  readonly stream: number;
  readonly test: Pick<TestPlan, 'mode' | 'bitsPerSecond'>;
}

/** From now on all that this end sends on the link is under the conditions. */
export function simulateOn(link: LegacyLink, { simulation, clock, role, stream, test }: LegacySimulation): void {
  link.channel.kernel?.setBuffers(simulation);
  const { mode, bitsPerSecond } = test;
  const options = { simulation, clock, bitsPerSecond, packets: mode === 'datagram', name: `${mode} ${stream} ${role}` };
  link.put((channel) => simulated(channel, options));
}

/** What a user is told of conditions at a server of the original. */
export function simulationNotes(simulation: Simulation | undefined, mode: TestPlan['mode'] | 'ping'): NoticeEvent[] {
  if (!simulation) return [];
  const text =
    mode === 'throughput'
      ? 'The original wperf simulates in its own way, and only in the load that it sends.'
      : 'The original wperf simulates nothing in such a test: the conditions are those of this end alone.';
  return [{ type: 'notice', level: 'info', text }];
}
