/** `--ping` toward a server of the original: its pings and pongs are texts. */
import { limits } from '../../defaults.js';
import type { PingEvent } from '../../ping-events.js';
import type { PingPlan } from '../../plan.js';
import { type PingDialect, type PingRunOptions, runPings } from '../../session/ping-run.js';
import { connectLegacy, dialectNotes, refusalOf, sayToken } from './entry.js';
import { Link } from './link.js';
import { TextPings } from './text-pings.js';
import { commandText, legacySoftware } from './wire.js';

/** As `runPingPlan`. */
export function runLegacyPingPlan(plan: PingPlan, options: PingRunOptions): AsyncIterableIterator<PingEvent> {
  return runPings(plan, original, options);
}

const original: PingDialect = {
  connect: connectLegacy,
  async greet(channel, plan) {
    const link = new Link(channel);
    const pings = new TextPings(link);
    sayToken(link, plan);
    link.say(commandText('ping'));
    return {
      software: legacySoftware,
      dialect: 'legacy',
      notes: dialectNotes(plan),
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
