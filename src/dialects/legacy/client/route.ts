/**
 * The route back from a server of the original. Liveness: each text is waited for no longer than `legacy.hopSeconds`,
 * and TTLs must rise, so that there are no more hops than TTLs.
 */
import { legacy, waits } from '../../../defaults/index.js';
import { ofPeer, toWperfError, WperfError } from '../../../errors.js';
import type { NoticeEvent } from '../../../events/load.js';
import type { TraceStart } from '../../../events/route.js';
import { within } from '../../../host/clock.js';
import { Inbox } from '../../../host/inbox.js';
import type { RouteDialect, RouteReading, RouteWord } from '../../../modes/route/client.js';
import { canonicalIp, familyOf } from '../../../net/ip.js';
import { completeTraceWish } from '../../../plan/complete.js';
import type { ConnectionPlan, ReverseTracePlan, TraceWish } from '../../../plan/plan.js';
import { shownProxy } from '../../../plan/proxy.js';
import { closedError } from '../../life.js';
import type { LegacyLink } from '../wire/link.js';
import { parseRouteText } from '../wire/route-wire.js';
import { commandText } from '../wire/wire.js';
import { dialectNotes, linkTo, refusalOf, sayToken } from './entry.js';

export const legacyRoute: RouteDialect = {
  async open(channel, plan, reading) {
    const link = linkTo(channel);
    const words = hear(link, reading);
    words.put(startOf(link, plan));
    sayToken(link, plan);
    link.say(commandText('reverse_traceroute'));
    return {
      notes: [...dialectNotes(plan), ...wishNotes(plan)],
      async next() {
        const word = within(reading.host.clock, legacy.hopSeconds, words.next(), () => silence(link));
        return word.catch((thrown) => Promise.reject(refusalOf(plan, [link], thrown)));
      },
      close() {
        words.put({ type: 'trace-end', reason: 'interrupted' });
        link.close(waits.partingSeconds);
      },
    };
  },
};

/** One of the original is told no wishes. */
function wishNotes({ trace }: ReverseTracePlan): NoticeEvent[] {
  const usual = Object.entries(completeTraceWish({}));
  if (usual.every(([name, value]) => trace[name as keyof TraceWish] === value)) return [];
  return [{ type: 'notice', level: 'info', text: 'It cannot be asked for a trace of another kind than its own.' }];
}

/** What the server says, from text to text, until its end or the WperfError that ended it. */
function hear(link: LegacyLink, { annotate }: RouteReading): Inbox<RouteWord> {
  const words = new Inbox<RouteWord>();
  let lastTtl = 0;
  const fail = (thrown: unknown) => {
    link.onText = () => {};
    link.onClosed = () => {};
    words.fail(toWperfError(thrown));
  };
  link.onClosed = (closed) => fail(closedError(closed, link.peer));
  link.onText = (text) => {
    try {
      const word = wordOf(text, link, annotate);
      if (word.type === 'trace-hop' && word.ttl <= lastTtl) {
        throw new WperfError('protocol-violation', `${link.peer} told of its hops in disorder`);
      }
      if (word.type === 'trace-hop') lastTtl = word.ttl;
      words.put(word);
    } catch (thrown) {
      fail(ofPeer(toWperfError(thrown), link.peer));
    }
  };
  return words;
}

/** The original does not say why it ended: it goes on while it hears nothing, up to its last TTL. */
function wordOf(text: string, { peer }: LegacyLink, annotate: RouteReading['annotate']): RouteWord {
  const said = parseRouteText(text, annotate);
  if (said.kind === 'hop') return { type: 'trace-hop', ...said.hop };
  if (said.kind === 'end') return { type: 'trace-end' };
  throw new WperfError('request-refused', `${peer}: ${said.message}`, { peer });
}

/** The address is this end's own as it knows it: behind NAT, the server traces to another. */
function startOf({ channel }: LegacyLink, plan: ConnectionPlan): TraceStart {
  const { localHost } = channel.info;
  const ip = canonicalIp(localHost) ?? localHost;
  const asked = { direction: 'reverse', host: plan.target.host, ip, family: familyOf(ip) ?? 4 } as const;
  return { type: 'trace-start', wallMs: Date.now(), ...asked, ...shownProxy(plan), firstHop: 1, queries: 1 };
}

function silence({ peer }: LegacyLink): WperfError {
  const text = `${peer} told of no hop for ${legacy.hopSeconds} s`;
  return new WperfError('peer-lost', text, { operation: 'test', peer });
}
