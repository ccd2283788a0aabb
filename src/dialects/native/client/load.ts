/** A load test toward a server that speaks wperf.v1. */
import { WperfError } from '../../../errors.js';
import type { NoticeEvent } from '../../../events/load.js';
import { given } from '../../../given.js';
import type { ClientStream, EchoLink, Greeted, LoadDialect, LoadOpening } from '../../../modes/load/dialect.js';
import type { TestPlan } from '../../../plan/plan.js';
import { shareOf } from '../../../plan/share.js';
import { farSocket, farSocketOf } from '../../../plan/socket.js';
import { encodeMessage } from '../../../protocol/codec.js';
import type { Grant } from '../../../protocol/messages.js';
import { Conversation } from '../wire/conversation.js';
import { grantedTest } from '../wire/granted.js';
import { helloOf, openAsClient, type Request } from '../wire/handshake.js';
import { pingHello } from '../wire/hello.js';
import { NativeTalk } from '../wire/talk.js';
import { attach } from './attach.js';

export const nativeLoad: LoadDialect = {
  greeting(stream, opening) {
    const request = stream === 'beside' ? besideRequest(opening) : requestOf(stream, opening);
    return encodeMessage(helloOf(request, opening.plan.token));
  },

  async open(opening) {
    const opened = await Promise.all(opening.connections.map((each, i) => openStream(each, i + 1, opening)));
    const [first] = opened;
    if (!first) throw new WperfError('internal', 'a test without streams');
    return {
      software: first.grant.software,
      test: totalTest(opened.map(({ stream }) => stream.test)),
      ...given({
        server: first.grant.server,
        simulation: opening.simulation && first.grant.sim,
        socket: first.grant.socket,
        reader: first.grant.reader,
      }),
      notes: notesOf(opened),
      streams: opened.map(({ stream }) => stream),
    };
  },

  openEcho({ channel, greeting }, opening): EchoLink {
    const conversation = new Conversation(channel, opening.host.clock);
    const granted = openAsClient(conversation, besideRequest(opening), opening.plan.token, greeting).then(
      ({ server }) => {
        conversation.send({ type: 'start' });
        conversation.channel.tellArrivals?.();
        return server;
      },
    );
    const { textEcho } = conversation;
    // Simulated loss is of pings of the channel's own.
    const byText = opening.simulation === undefined;
    return {
      ...{ granted, echo: byText ? textEcho : conversation.echo },
      onMoments: (told) => {
        textEcho.onMoments = told;
      },
      onEnded: (lost) => {
        conversation.whenEnded(lost);
      },
      close: (withinSeconds) => conversation.close(withinSeconds),
    };
  },
};

async function openStream(
  connecting: Promise<Greeted>,
  id: number,
  opening: LoadOpening,
): Promise<{ readonly grant: Grant; readonly stream: ClientStream; readonly notes: readonly string[] }> {
  const { channel, greeting } = await connecting;
  const conversation = new Conversation(channel, opening.host.clock);
  const request = requestOf(id, opening);
  const grant = await openAsClient(conversation, request, opening.plan.token, greeting);
  const test = grantedTest(request, grant);
  // As the handshake left it: under the conditions granted.
  const shared = { test, data: conversation.channel, link: conversation.channel, notes: [] };
  const { notes, ...carried } = opening.carrier ? await attach(conversation, id, test, grant, opening) : shared;
  const stream = {
    id,
    ...carried,
    talk: new NativeTalk(conversation, 'client'),
    echo: conversation.echo,
    // The results have been exchanged, and the peer knows, but for what a simulated path still holds.
    close: async (withinSeconds: number) => {
      const closed = conversation.close(withinSeconds);
      if (opening.simulation) await closed;
    },
  };
  return { grant, stream, notes };
}

type Opening = Omit<LoadOpening, 'connections'>;

function besideRequest({ plan, session, simulation, host: { software } }: Opening): Request {
  const about = { software, session, seconds: plan.seconds };
  const socket = farSocket(plan.socket);
  return { ...pingHello('latency', about), omitSeconds: plan.omitSeconds, ...given({ sim: simulation, socket }) };
}

function requestOf(id: number, { plan, session, simulation, carrier, host: { software } }: Opening): Request {
  const { mode, direction, streams, seconds, omitSeconds, blockBytes, bitsPerSecond, intervalSeconds } = plan;
  const { title, extraData, getServerOutput, untimed, rxCopy } = plan;
  return {
    ...{ software, session, stream: id, mode, direction, streams, seconds, omitSeconds },
    ...{ blockBytes, bitsPerSecond, intervalSeconds, serverOutput: getServerOutput },
    ...given({
      bytes: shareOf(plan.bytes, id, streams),
      title,
      extraData,
      untimed,
      rxCopy,
      sim: simulation,
      socket: farSocketOf(plan),
      proto: carrier && { name: carrier.name, settings: carrier.settings },
    }),
  };
}

function totalTest(tests: readonly TestPlan[]): TestPlan {
  const [first] = tests;
  if (!first) throw new WperfError('internal', 'a test without streams');
  const bytes = tests.reduce((sum, test) => sum + (test.bytes ?? 0), 0);
  return { ...first, ...(bytes > 0 && { bytes }) };
}

function notesOf(opened: readonly { readonly grant: Grant; readonly notes: readonly string[] }[]): NoticeEvent[] {
  const texts = new Set(opened.flatMap(({ grant, notes }) => [...grant.reasons, ...notes]));
  const infos = [...texts].map((text) => ({ type: 'notice', level: 'info', text }) as const);
  const servers = new Set(opened.flatMap(({ grant }) => grant.server ?? []));
  return servers.size > 1 ? [...infos, scattered(servers.size)] : infos;
}

/** By a load balancer, or a proxy that finds the server's address anew for each connection. */
function scattered(servers: number): NoticeEvent {
  const text = `The streams reached ${servers} different servers: their rates are of several paths. Name one of them, or use -P 1.`;
  return { type: 'notice', level: 'warning', text };
}
