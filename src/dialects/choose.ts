/** Which dialect a client speaks: settled once, by what the first connection answered. */
import { WperfError } from '../errors.js';
import type { LoadDialect } from '../modes/load/dialect.js';
import type { PingDialect } from '../modes/ping/client.js';
import type { RouteDialect } from '../modes/route/client.js';
import { endpointText } from '../net/endpoint.js';
import type { ConnectionPlan } from '../plan/plan.js';
import { SUBPROTOCOL } from '../protocol/version.js';
import type { Connected } from '../transport/transport.js';
import { isServerChecked } from './legacy/client/entry.js';
import { legacyLoad } from './legacy/client/load.js';
import { legacyPing } from './legacy/client/ping.js';
import { legacyRoute } from './legacy/client/route.js';
import { nativeLoad } from './native/client/load.js';
import { nativePing } from './native/client/ping.js';
import { nativeRoute } from './native/client/route.js';

interface ClientDialect {
  readonly load: LoadDialect;
  readonly ping: PingDialect;
  readonly route: RouteDialect;
}

/** The one that requests name. */
export const offered: ClientDialect = { load: nativeLoad, ping: nativePing, route: nativeRoute };
const original: ClientDialect = { load: legacyLoad, ping: legacyPing, route: legacyRoute };

/** A server that names no sub-protocol is taken for one of the original. Throws WperfError where that is refused. */
export function dialectOf({ subprotocol }: Connected, plan: ConnectionPlan): ClientDialect {
  if (subprotocol !== undefined) return offered;
  refuseOriginal(plan);
  return original;
}

/**
 * Anyone on the path of a plain connection can leave the sub-protocol out of the server's answer, and would be sent the
 * token: the user has to ask for that.
 */
function refuseOriginal(plan: ConnectionPlan): void {
  const { target, noLegacy, token, legacyToken } = plan;
  const peer = endpointText(target);
  const detail = { operation: 'connect', peer };
  if (noLegacy) {
    const hint = 'it may be the original wperf, whose dialect --no-legacy refuses';
    throw new WperfError('not-wperf', `${peer} speaks WebSocket, but not ${SUBPROTOCOL}`, { ...detail, hint });
  }
  if (token === undefined || isServerChecked(plan) || legacyToken) return;
  const hint = 'use wss with a certificate that is checked, or --legacy-token to send it all the same';
  const text = `${peer} speaks as the original wperf does, and would get the token in the clear`;
  throw new WperfError('server-unproven', text, { ...detail, hint });
}
