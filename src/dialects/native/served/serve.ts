/** What a server does with a connection that speaks wperf.v1: the handshake, then what the hello asks for. */
import { waits } from '../../../defaults/index.js';
import { toWperfError, WperfError } from '../../../errors.js';
import { given } from '../../../given.js';
import { onAbort } from '../../../host/abort.js';
import { ServedTest } from '../../../modes/load/served.js';
import type { StreamTalk } from '../../../modes/load/stream/talk.js';
import { countServedPings } from '../../../modes/ping/account.js';
import type { TestPlan } from '../../../plan/plan.js';
import { violation } from '../../../protocol/codec.js';
import type { Grant, Hello } from '../../../protocol/messages.js';
import type { ExpectedLoad } from '../../../transport/carriage.js';
import type { House, ServedDialect } from '../../served.js';
import { Conversation } from '../wire/conversation.js';
import { grantedTest } from '../wire/granted.js';
import { openAsServer } from '../wire/handshake.js';
import { NativeTalk } from '../wire/talk.js';
import { decide } from './decide.js';
import { awaitLoad, expectLoad } from './expect.js';
import { servePings } from './serve-pings.js';
import { serveTrace } from './serve-route.js';

/** A connection that has its grant. */
interface Granted {
  readonly conversation: Conversation;
  readonly hello: Hello;
  readonly grant: Grant;
  /** Where the load comes by a connection of its own. */
  readonly expected: ExpectedLoad | undefined;
  readonly house: House;
  /** By session. */
  readonly tests: Map<string, ServedTest>;
}

const served: Readonly<Record<Hello['mode'], (granted: Granted) => Promise<void>>> = {
  throughput: serveLoad,
  datagram: serveLoad,
  latency: serveLatency,
  ping: servePingRun,
  traceroute: serveRoute,
};

export function serveNative(house: House): ServedDialect {
  const tests = new Map<string, ServedTest>();
  const isTesting = (conversation: Conversation) => {
    const isOwn = (talk: StreamTalk) => talk instanceof NativeTalk && talk.isOf(conversation);
    return [...tests.values()].some((test) => test.runsWith(isOwn));
  };
  return async ({ channel, heard, failed }) => {
    const conversation = new Conversation(channel, house.host.clock);
    const ended = new Promise<void>((resolve) => conversation.whenEnded(resolve));
    let isHeard = false;
    let awaitsLoad = false;
    const sendAway = () => {
      if (isTesting(conversation)) return;
      if (awaitsLoad) conversation.abort(stoppedBefore());
      else conversation.close(isHeard ? waits.stopSeconds : waits.partingSeconds);
    };
    // Behind the last word of whoever else hears of the stop.
    const stayed = onAbort(house.stop, () => queueMicrotask(sendAway));
    try {
      const granted = await open(conversation, house, tests);
      heard();
      isHeard = true;
      awaitsLoad = served[granted.hello.mode] === serveLoad;
      await served[granted.hello.mode](granted);
      awaitsLoad = false;
    } catch (error) {
      failed(error);
    }
    conversation.close(waits.closeSeconds);
    await ended;
    stayed();
  };
}

/** Of a client that has its grant and has not begun: its test hears of the stop by nothing else. */
function stoppedBefore(): WperfError {
  return new WperfError('peer-terminated', 'the server was stopped before the test began', { operation: 'test' });
}

async function open(conversation: Conversation, house: House, tests: Map<string, ServedTest>): Promise<Granted> {
  const { id, plan, service, host, reception, admission } = house;
  const { token } = plan;
  const opened = await openAsServer(conversation, {
    token,
    software: host.software,
    server: id,
    decide: (hello) => {
      const isOfAnother = hello.mode === 'latency' || tests.has(hello.session);
      if (!isOfAnother) orAborted(conversation, () => admission.checkFree());
      return decide(hello, plan, service);
    },
    expectLoad: (hello) => expectLoad(conversation, reception, hello),
  });
  return { ...opened, conversation, house, tests };
}

async function serveLoad(granted: Granted): Promise<void> {
  const { conversation, hello, grant, expected, house } = granted;
  const { channel } = conversation;
  const test = grantedTest(hello, grant);
  if (!expected && test.direction !== 'up') conversation.carriesLoad();
  const carried = expected
    ? await awaitLoad(conversation, expected, test, granted)
    : { test, data: channel, link: channel };
  await testOf(granted, test).serve({
    id: hello.stream,
    ...carried,
    recorded: hello.serverOutput,
    silenceSeconds: house.plan.silenceSeconds,
    talk: new NativeTalk(conversation, 'server'),
  });
}

/** The streams of one session are one test. */
function testOf({ conversation, hello, house, tests }: Granted, plan: TestPlan): ServedTest {
  const { session, stream } = hello;
  const known = tests.get(session);
  if (known?.misses(stream, plan)) return known;
  if (known) throw conversation.abort(violation(`stream ${stream} of a session that has it, or is of another test`));
  const endRun = orAborted(conversation, () => house.admission.begin());
  const test = new ServedTest(askedOf(hello), house.host, house.stop, {
    rate: house.plan.rate,
    makeRecorder: house.makeRecorder,
    onEvent: (event) => house.emit.test(event, session),
    onEnded: (ran) => {
      tests.delete(session);
      endRun(ran);
    },
  });
  tests.set(session, test);
  return test;
}

function askedOf({ session, software, title, extraData, sim, socket }: Hello) {
  return { session, software, ...given({ title, extraData, simulation: sim, socket }) };
}

/** Pings beside a test are none of their own. */
function serveLatency({ conversation, hello, grant, house }: Granted): Promise<void> {
  return servePings(conversation, house, waits.startSeconds + hello.omitSeconds + grant.seconds);
}

function servePingRun({ conversation, hello, grant, house }: Granted): Promise<void> {
  return asRun(conversation, house, async () => {
    const { channel } = conversation;
    const guest = { session: hello.session, peerSoftware: hello.software, link: channel };
    const ended = countServedPings(guest, house.host.clock, house.stop);
    await servePings(conversation, house, grant.seconds);
    house.emit.pings(ended(channel.pingsAnswered ?? 0));
  });
}

function serveRoute({ conversation, hello: { trace }, house }: Granted): Promise<void> {
  if (trace === undefined) throw new WperfError('internal', 'a trace without a wish');
  const { places = false, ...wish } = trace;
  const annotate = places ? house.annotate : undefined;
  return asRun(conversation, house, () => serveTrace(conversation, wish, annotate, house));
}

/** A run of one connection. */
async function asRun(conversation: Conversation, house: House, run: () => Promise<void>): Promise<void> {
  const endRun = orAborted(conversation, () => house.admission.begin());
  let ran = false;
  try {
    await run();
    ran = true;
  } finally {
    endRun(ran);
  }
}

/** The client is told what is thrown. */
function orAborted<T>(conversation: Conversation, step: () => T): T {
  try {
    return step();
  } catch (thrown) {
    conversation.abort(toWperfError(thrown));
    throw thrown;
  }
}
