/** `--ping` toward a server of the original: its pings and pongs are texts. */
import { limits, waits } from '../../../defaults/index.js';
import { given } from '../../../given.js';
import type { PingDialect } from '../../../modes/ping/client.js';
import { simulationReport, withSeed } from '../../../modes/simulation.js';
import { simulateOn, simulationNotes } from '../wire/simulation.js';
import { socketNotes } from '../wire/socket.js';
import { commandText, legacySoftware } from '../wire/wire.js';
import { dialectNotes, linkTo, refusalOf, sayToken } from './entry.js';
import { TextPings } from './text-pings.js';

/** Of load that is not sent. */
const pingTest = { mode: 'throughput', bitsPerSecond: 0 } as const;

export const legacyPing: PingDialect = {
  async greet(channel, { plan, host: { clock } }) {
    const link = linkTo(channel);
    const pings = new TextPings(link);
    const simulation = plan.simulation && withSeed(plan.simulation);
    sayToken(link, plan);
    link.say(commandText('ping'));
    if (simulation) simulateOn(link, { simulation, clock, role: 'client', stream: 1, test: pingTest });
    return {
      software: legacySoftware,
      dialect: 'legacy',
      notes: [...dialectNotes(plan), ...simulationNotes(simulation, 'ping'), ...socketNotes(plan)],
      ...given({ simulation: simulation && simulationReport(simulation, channel) }),
      seconds: limits.seconds.max,
      echo: pings,
      untilEnd: () => pings.failed.catch((thrown) => Promise.reject(refusalOf(plan, [link], thrown))),
      onGone: (stop) => {
        pings.onGone = stop;
      },
      close: () => link.close(waits.partingSeconds),
    };
  },
};
