/** The route back to a client of the original, hop by hop, through the limits that hold for everybody. */
import { defaults } from '../../defaults/index.js';
import type { Annotation } from '../../events/hop.js';
import type { TraceEnd, TraceHop } from '../../events/route.js';
import type { Admission, TraceDesk } from '../../modes/route/desk/desk.js';
import type { TraceWish } from '../../plan/plan.js';
import type { Channel } from '../../transport/channel.js';
import { outcomeOf, refusalOf } from '../native/serve-route.js';
import type { Link } from './link.js';
import { routeText, type ToldHop } from './wire.js';

export interface LegacyTraceOptions {
  readonly link: Link;
  readonly desk: TraceDesk;
  readonly proven: boolean;
  /** What is known of an address; nothing without it. */
  readonly annotate: ((ip: string) => Promise<Annotation>) | undefined;
  readonly onNote: (text: string) => void;
}

/** Its client cannot say what it wants; it expects one round trip of each hop. */
const wish: TraceWish = {
  protocol: 'auto',
  maxHops: defaults.trace.maxHops,
  firstHop: defaults.trace.firstHop,
  queries: 1,
  timeoutSeconds: defaults.trace.timeoutSeconds,
  names: true,
  serial: false,
};

/** Resolves when the route is told, or why it is not, and when the client has gone. */
export async function runLegacyTrace(options: LegacyTraceOptions): Promise<void> {
  const { link, desk, proven, onNote } = options;
  onNote(`${link.peer}: asks for the route back, as a client of the original wperf`);
  try {
    const admission = desk.ask({ info: link.channel.info, channel: link.channel as Channel, wish, proven });
    link.onClosed = () => admission.leave();
    onNote(`${link.peer}: ${outcomeOf(await tell(admission, options), admission)}`);
  } catch (thrown) {
    const { message } = refusalOf(thrown);
    link.say(routeText.error(message));
    onNote(`${link.peer}: got no route back: ${message}`);
  }
  link.say(routeText.end);
}

async function tell(admission: Admission, { link, annotate }: LegacyTraceOptions): Promise<TraceEnd | undefined> {
  let end: TraceEnd | undefined;
  for await (const event of admission.events) {
    if (event.type === 'trace-hop') link.say(routeText.hop(await toldHop(event, annotate)));
    else if (event.type === 'trace-end') end = event;
  }
  return end;
}

async function toldHop({ ttl, addresses }: TraceHop, annotate: LegacyTraceOptions['annotate']): Promise<ToldHop> {
  const [first] = addresses;
  if (first === undefined) return { ttl, ip: '*', name: '*', rtt: -1, country: '', asn: '' };
  const { country = '', asn, asName } = { ...(await annotate?.(first.ip)) };
  const as = [asn === undefined ? '' : `AS${asn}`, asName ?? ''].filter((part) => part !== '').join(' ');
  return { ttl, ip: first.ip, name: first.name ?? first.ip, rtt: first.rttsMs[0] ?? -1, country, asn: as };
}
