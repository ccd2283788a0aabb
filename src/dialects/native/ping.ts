/** `--ping` at the client: a connection that carries pings alone, which the WebSocket layer of the server answers. */
import { limits, waits } from '../../defaults/index.js';
import { WperfError } from '../../errors.js';
import type { PingEvent } from '../../events/ping.js';
import { type PingDialect, type PingRunOptions, runPings } from '../../modes/ping/client.js';
import { simulationReport, withSeed } from '../../modes/simulation.js';
import type { PingPlan } from '../../plan/plan.js';
import { connectWs } from '../../transport/ws/connect.js';
import { Conversation } from './conversation.js';
import { openAsClient } from './handshake.js';
import { pingHello } from './hello.js';

/** Runs the pings. The last event is `ping-end` or `error`; leaving the loop early stops them. Never throws. */
export function runPingPlan(plan: PingPlan, options: PingRunOptions = {}): AsyncIterableIterator<PingEvent> {
  return runPings(plan, native, options);
}

const native: PingDialect = {
  connect: connectWs,
  async greet(channel, plan, session, clock) {
    const conversation = new Conversation(channel, clock);
    const { software, seconds, reasons, sim } = await openAsClient(conversation, helloOf(plan, session), plan.token);
    conversation.send({ type: 'start' });
    conversation.channel.tellArrivals();
    return {
      ...{ software, seconds },
      ...(plan.simulation && sim && { simulation: simulationReport(sim, channel) }),
      notes: reasons.map((text) => ({ type: 'notice', level: 'info', text })),
      pings: conversation.channel,
      untilEnd: () => untilServerEnds(conversation),
      onGone: (stop) => {
        conversation.onEnded = stop;
      },
      close: () => conversation.close(0.1),
    };
  },
};

function helloOf({ count, intervalSeconds, title, simulation }: PingPlan, session: string) {
  return {
    ...pingHello('ping', session, secondsFor(count, intervalSeconds)),
    intervalSeconds,
    ...(title !== undefined && { title }),
    ...(simulation && { sim: withSeed(simulation) }),
  };
}

/** The longest that the pings can take, at most a day. */
function secondsFor(count: number, intervalSeconds: number): number {
  const each = intervalSeconds === 0 ? waits.pongSeconds : intervalSeconds;
  return Math.min(limits.seconds.max, count * each + waits.pongSeconds);
}

async function untilServerEnds(conversation: Conversation): Promise<void> {
  const message = await conversation.next();
  if (message.type === 'end') return;
  const text = `the peer sent a ${message.type} message among pings`;
  const error = new WperfError('protocol-violation', text, { peer: conversation.peer });
  conversation.abort(error);
  throw error;
}
