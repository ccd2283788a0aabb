/** The route from the server back to this browser, asked for by the command line's code and told hop by hop. */
import { nativeRoute } from '../../src/dialects/native/client/route.js';
import { toWperfError } from '../../src/errors.js';
import type { TraceEnd, TraceHop } from '../../src/events/route.js';
import type { Host } from '../../src/host/host.js';
import { Connections } from '../../src/modes/connections.js';
import { askRoute } from '../../src/modes/route/client.js';
import { parseIp } from '../../src/net/ip.js';
import { rangeLabelOf } from '../../src/net/labels.js';
import { completeRouteBack, completeTarget } from '../../src/plan/complete.js';
import { hostText } from '../../src/report/text/route/place.js';
import { endLines, hiddenRow } from '../../src/report/text/route/route.js';
import type { FromWorker, PagePlace } from '../messages.js';
import { connectTo } from './connect.js';
import { lineOf } from './line.js';
import { whereabouts } from './whereabouts.js';

type Tell = (message: FromWorker) => void;

export async function traceBack(page: PagePlace, host: Host, token: string | undefined, tell: Tell): Promise<void> {
  const plan = { ...completeRouteBack({ token }, {}), target: completeTarget(page), places: true };
  const connections = new Connections((_settled, _place, hooks) => connectTo(page, hooks));
  const events = askRoute(plan, { host, connections, dialectOf: () => nativeRoute }, { annotate });
  let target = 'this browser';
  try {
    for await (const event of events) {
      if (event.type === 'trace-start') target = event.ip;
      else if (event.type === 'trace-hop') tell(hopOf(event));
      else if (event.type === 'trace-end') tell({ type: 'route-end', text: endText(event, target) });
      else if (event.type === 'notice') tell({ type: 'route-note', text: event.text });
    }
  } catch (error) {
    tell({ type: 'route-end', text: `The server told no route, or no more of it: ${lineOf(toWperfError(error))}.` });
  }
}

/** A browser has no data on countries and networks; what lies in no network of the Internet it knows. */
function annotate(ip: string) {
  const address = parseIp(ip);
  const label = address && rangeLabelOf(address);
  return label === undefined ? {} : { label };
}

function hopOf(hop: TraceHop): FromWorker {
  const { ttl, rtt, addresses } = hop;
  const hosts = [...addresses, ...hiddenRow(hop)].map((address) => ({
    name: hostText(address),
    where: whereabouts(address),
  }));
  return { type: 'hop', ttl, hosts, rttMs: rtt?.minMs ?? null };
}

function endText(end: TraceEnd, target: string): string {
  return ['The route ends here', ...endLines(end, target)].join('; ').concat('.');
}
