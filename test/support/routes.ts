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
