/** `--both-traceroutes`: the route to the server and the route back, traced at the same time. */
import { toWperfError } from '../../errors.js';
import type { RouteEvent } from '../../events/both-routes.js';
import type { NoticeEvent } from '../../events/load.js';
import type { TraceEvent } from '../../events/route.js';
import { eventsOf } from '../../host/events-of.js';
import type { ReverseTracePlan } from '../../plan/plan.js';
import type { TraceOptions } from '../../trace/options.js';
import type { ChannelInfo } from '../../transport/channel.js';
import type { AskRoute, ReverseTraceTools } from './client.js';

/**
 * The events of both traces as they come, each trace ended by `trace-end` or an error. The way there begins once the
 * server has let the client in, and leads to the address of that connection; an error before that is one of the way
 * back, and nothing is told of the way there. Never throws; leaving the loop stops both.
 *
 * @param back asks for the way back.
 */
export function traceBothRoutes(
  plan: ReverseTracePlan,
  back: AskRoute,
  tools: ReverseTraceTools = {},
): AsyncIterableIterator<RouteEvent> {
  return eventsOf<RouteEvent>(async (emit, signal) => {
    const run = async (direction: RouteEvent['direction'], events: AsyncIterable<TraceEvent | NoticeEvent>) => {
      try {
        for await (const event of events) emit({ direction, event });
      } catch (thrown) {
        emit({ direction, event: { type: 'error', error: toWperfError(thrown) } });
      }
    };
    let forward: Promise<void> | undefined;
    const onConnected = (info: ChannelInfo) => {
      forward = run('forward', routeThere(plan, info, { ...tools, signal }));
    };
    await run('reverse', back(plan, { ...tools, signal, onConnected }));
    await forward;
  }, tools.signal);
}

async function* routeThere(
  plan: ReverseTracePlan,
  { remoteHost, remotePort }: ChannelInfo,
  tools: ReverseTraceTools,
): AsyncGenerator<TraceEvent | NoticeEvent, void> {
  if (plan.proxy !== undefined) yield { type: 'notice', level: 'info', text: throughProxy };
  const { protocol: wished, ...settings } = plan.trace;
  const protocol = wished === 'inband' ? 'auto' : wished;
  const options: TraceOptions = {
    ...{ ...settings, protocol, host: remoteHost },
    // The port of the server takes probes the way that tests go.
    ...(protocol === 'tcp' && { port: remotePort }),
  };
  // Loaded once there is a server to trace to.
  const { traceroute } = await import('../../trace/traceroute.js');
  for await (const event of traceroute(options, tools)) {
    yield event.type === 'trace-start' ? { ...event, host: plan.target.host } : event;
  }
}

const throughProxy = 'The route there leads to the proxy that you go through: the connection ends there.';
