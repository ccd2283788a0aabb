/** A load test toward a server that speaks wperf.v1. */
import { WperfError } from '../../errors.js';
import type { NoticeEvent } from '../../events/test.js';
import { given } from '../../given.js';
import type { ClientStream, EchoLink, LoadDialect, LoadOpening } from '../../modes/load/dialect.js';
import type { TestPlan } from '../../plan/plan.js';
import { shareOf } from '../../plan/share.js';
import { farSocket } from '../../plan/socket.js';
import type { Grant } from '../../protocol/messages.js';
import type { Channel } from '../../transport/channel.js';
import { Conversation } from './conversation.js';
import { grantedTest } from './granted.js';
import { openAsClient, type Request } from './handshake.js';
import { pingHello } from './hello.js';
import { NativeTalk } from './talk.js';

export const nativeLoad: LoadDialect = {
  async open(opening) {
    const opened = await Promise.all(
      opening.channels.map(async (channel, i) => openStream(await channel, i + 1, opening)),
    );
    const [first] = opened;
    if (!first) throw new WperfError('internal', 'a test without streams');
    return {
      software: first.grant.software,
      test: totalTest(opened.map(({ stream }) => stream.test)),
      ...given({ simulation: opening.simulation && first.grant.sim, socket: first.grant.socket }),
      notes: notesOf(opened.map(({ grant }) => grant)),
      streams: opened.map(({ stream }) => stream),
    };
  },

  openEcho(channel, { plan, session, simulation, host }): EchoLink {
    const conversation = new Conversation(channel, host.clock);
    const socket = farSocket(given({ tos: plan.socket?.tos }));
    const about = { software: host.software, session, seconds: plan.seconds };
    const hello = {
      ...pingHello('latency', about),
      omitSeconds: plan.omitSeconds,
      ...given({ sim: simulation, socket }),
    };
    const granted = openAsClient(conversation, hello, plan.token).then(() => {
      conversation.send({ type: 'start' });
      conversation.channel.tellArrivals?.();
    });
    return {
      ...{ granted, echo: conversation.echo },
      onEnded: (lost) => {
        conversation.onEnded = lost;
      },
      close: (withinSeconds) => conversation.close(withinSeconds),
    };
  },
};

async function openStream(
  channel: Channel,
  id: number,
  opening: LoadOpening,
): Promise<{ readonly grant: Grant; readonly stream: ClientStream }> {
  const conversation = new Conversation(channel, opening.host.clock);
  const hello = helloOf(id, opening);
  const grant = await openAsClient(conversation, hello, opening.plan.token);
  const stream = {
    id,
    test: grantedTest(hello, grant),
    talk: new NativeTalk(conversation, 'client'),
    // As the handshake left it: under the conditions granted.
    ...{ data: conversation.channel, link: conversation.channel, echo: conversation.echo },
    close: (withinSeconds: number) => conversation.close(withinSeconds),
  };
  return { grant, stream };
}

function helloOf(id: number, { plan, session, simulation, host: { software } }: LoadOpening): Request {
  const { mode, direction, streams, seconds, omitSeconds, blockBytes, bitsPerSecond, intervalSeconds } = plan;
  const { title, extraData, getServerOutput } = plan;
  return {
    ...{ software, session, stream: id, mode, direction, streams, seconds, omitSeconds },
    ...{ blockBytes, bitsPerSecond, intervalSeconds, serverOutput: getServerOutput },
    ...given({
      bytes: shareOf(plan.bytes, id, streams),
      title,
      extraData,
      sim: simulation,
      socket: farSocket(plan.socket),
    }),
  };
}

function totalTest(tests: readonly TestPlan[]): TestPlan {
  const [first] = tests;
  if (!first) throw new WperfError('internal', 'a test without streams');
  const bytes = tests.reduce((sum, test) => sum + (test.bytes ?? 0), 0);
  return { ...first, ...(bytes > 0 && { bytes }) };
}

function notesOf(grants: readonly Grant[]): NoticeEvent[] {
  const reasons = new Set(grants.flatMap((grant) => grant.reasons));
  return [...reasons].map((text) => ({ type: 'notice', level: 'info', text }));
}
