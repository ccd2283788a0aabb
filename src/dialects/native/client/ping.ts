/** `--ping` at the client: a connection that carries pings alone, which the channel of the server answers. */
import { limits, waits } from '../../../defaults/index.js';
import { WperfError } from '../../../errors.js';
import { given } from '../../../given.js';
import type { PingDialect, PingOpening } from '../../../modes/ping/client.js';
import { simulationReport, withSeed } from '../../../modes/simulation.js';
import { farSocket } from '../../../plan/socket.js';
import { Conversation } from '../wire/conversation.js';
import { openAsClient, type Request } from '../wire/handshake.js';
import { pingHello } from '../wire/hello.js';

export const nativePing: PingDialect = {
  async greet(channel, opening) {
    const { plan, host } = opening;
    const conversation = new Conversation(channel, host.clock);
    const { software, seconds, reasons, sim, socket } = await openAsClient(conversation, helloOf(opening), plan.token);
    conversation.send({ type: 'start' });
    conversation.channel.tellArrivals?.();
    const simulation = plan.simulation && sim && simulationReport(sim, channel);
    return {
      ...{ software, seconds, ...given({ simulation, socket }) },
      notes: reasons.map((text) => ({ type: 'notice', level: 'info', text })),
      echo: conversation.echo,
      untilEnd: () => untilServerEnds(conversation),
      onGone: (stop) => {
        conversation.whenEnded(stop);
      },
      close: () => conversation.close(waits.partingSeconds),
    };
  },
};

function helloOf({ plan, session, host: { software } }: PingOpening): Request {
  const { count, intervalSeconds, title, simulation, socket } = plan;
  return {
    ...pingHello('ping', { software, session, seconds: secondsFor(count, intervalSeconds) }),
    intervalSeconds,
    ...given({ title, sim: simulation && withSeed(simulation), socket: farSocket(socket) }),
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
  throw conversation.abort(error);
}
