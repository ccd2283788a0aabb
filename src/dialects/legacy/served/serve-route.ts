/** The route back to a client of the original, hop by hop, through the limits that hold for everybody. */
import { toWperfError } from '../../../errors.js';
import type { TraceHop } from '../../../events/route.js';
import { serveRoute } from '../../../modes/route/serve.js';
import { completeTraceWish } from '../../../plan/complete.js';
import type { House } from '../../served.js';
import type { LegacyLink } from '../wire/link.js';
import { routeText, type ToldHop } from '../wire/wire.js';

/** Its client cannot say what it wants; it expects one round trip of each hop. */
const wish = completeTraceWish({ queries: 1 });

/** Resolves when the route is told, or why it is not, and when the client has gone. */
export async function runLegacyTrace(link: LegacyLink, { desk, plan, annotate, emit }: House): Promise<void> {
  const { channel, peer } = link;
  emit.note(`${peer}: asks for the route back, as a client of the original wperf`);
  try {
    const outcome = await serveRoute(
      desk,
      { info: channel.info, channel, wish, proven: plan.token !== undefined },
      {
        gone: link.ended,
        tell: async (event) => {
          if (event.type === 'trace-hop') link.say(routeText.hop(await toldHop(event, annotate)));
        },
      },
    );
    emit.note(`${peer}: ${outcome}`);
  } catch (thrown) {
    const { message } = toWperfError(thrown);
    link.say(routeText.error(message));
    emit.note(`${peer}: got no route back: ${message}`);
  }
  link.say(routeText.end);
}

async function toldHop({ ttl, addresses }: TraceHop, annotate: House['annotate']): Promise<ToldHop> {
  const [first] = addresses;
  if (first === undefined) return { ttl, ip: '*', name: '*', rtt: -1, country: '', asn: '' };
  const { country = '', asn, asName } = { ...(await annotate?.(first.ip)) };
  const as = [asn === undefined ? '' : `AS${asn}`, asName ?? ''].filter((part) => part !== '').join(' ');
  return { ttl, ip: first.ip, name: first.name ?? first.ip, rtt: first.rttsMs[0] ?? -1, country, asn: as };
}
