/** `--ping` toward a server of the original: its pings and pongs are texts. */
import { limits } from '../../defaults/index.js';
import type { PingEvent } from '../../events/ping.js';
import { type PingDialect, type PingRunOptions, runPings } from '../../modes/ping/client.js';
import { simulationReport, withSeed } from '../../modes/simulation.js';
import type { PingPlan } from '../../plan/plan.js';
import { connectLegacy, dialectNotes, refusalOf, sayToken } from './entry.js';
import { Link } from './link.js';
import { simulateOn, simulationNotes } from './simulation.js';
import { TextPings } from './text-pings.js';
import { commandText, legacySoftware } from './wire.js';

/** As `runPingPlan`. */
export function runLegacyPingPlan(plan: PingPlan, options: PingRunOptions): AsyncIterableIterator<PingEvent> {
  return runPings(plan, original, options);
}

/** Of load that is not sent. */
const pingTest = { mode: 'throughput', bitsPerSecond: 0 } as const;

const original: PingDialect = {
  connect: connectLegacy,
  async greet(channel, plan, _session, clock) {
    const link = new Link(channel);
    const pings = new TextPings(link);
    const simulation = plan.simulation && withSeed(plan.simulation);
    sayToken(link, plan);
    link.say(commandText('ping'));
    if (simulation) simulateOn(link, { simulation, clock, role: 'client', stream: 1, test: pingTest });
    return {
      software: legacySoftware,
      dialect: 'legacy',
      notes: [...dialectNotes(plan), ...simulationNotes(simulation, 'ping')],
      ...(simulation && { simulation: simulationReport(simulation, channel) }),
      seconds: limits.seconds.max,
      pings,
      untilEnd: () => pings.failed.catch((thrown) => Promise.reject(refusalOf(plan, [link], thrown))),
      onGone: (stop) => {
        pings.onGone = stop;
      },
      close: () => link.close(0.1),
    };
  },
};
