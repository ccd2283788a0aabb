import { toWperfError } from '../../src/errors.js';
import type { NoticeEvent } from '../../src/events/load.js';
import type { TraceEvent } from '../../src/events/route.js';
import type { Host } from '../../src/host/host.js';
import { nodeHost } from '../../src/host/node.js';
import { Connections } from '../../src/modes/connections.js';
import { type AskRoute, askRoute, type ReverseTraceTools, type RouteDialect } from '../../src/modes/route/client.js';
import type { ReverseTracePlan } from '../../src/plan/plan.js';
import { wsTransport } from '../../src/transport/ws/connect.js';

/** Asks for routes in this dialect, whatever the server answers. */
export function askingAs(dialect: RouteDialect) {
  return (plan: ReverseTracePlan, tools: ReverseTraceTools & { readonly host?: Host } = {}): ReturnType<AskRoute> =>
    askRoute(
      plan,
      {
        host: tools.host ?? nodeHost,
        connections: new Connections(() => wsTransport.connect(plan)),
        dialectOf: () => dialect,
      },
      tools,
    );
}

/** What a trace told until it ended or failed. */
export async function collectTrace(events: AsyncIterable<TraceEvent | NoticeEvent>) {
  const all: (TraceEvent | NoticeEvent)[] = [];
  let error: string | undefined;
  try {
    for await (const event of events) all.push(event);
  } catch (thrown) {
    const { code, line } = toWperfError(thrown);
    error = `${code}: ${line}`;
  }
  return {
    all,
    start: all.find((event) => event.type === 'trace-start'),
    hops: all.filter((event) => event.type === 'trace-hop'),
    end: all.find((event) => event.type === 'trace-end'),
    last: all.at(-1),
    notices: all.flatMap((event) => (event.type === 'notice' ? [event.text] : [])),
    error,
  };
}
