/** Options of sockets on a command line. */
import { defaults, limits } from '../../../defaults/index.js';
import { given, givenAny } from '../../../given.js';
import type { SocketWishes } from '../../../plan/plan.js';
import { cutByProxy, lacksPorts } from '../../../plan/socket.js';
import { cutsPackets } from '../../flags/carried-by.js';
import { type FlagName, type FlagValues, labelOf } from '../../flags/table.js';
import { usageError } from '../../flags/usage.js';

/** Undefined where no flag asks for any. */
export function socketWishes(values: FlagValues): SocketWishes | undefined {
  const [named, device] = [values.bind?.device, values['bind-dev']];
  if (named !== undefined && device !== undefined && named !== device) {
    const rule = `${labelOf('bind')} is for ${named} and ${labelOf('bind-dev')} for ${device}`;
    throw usageError(rule, 'name one network interface');
  }
  if (named !== undefined && values['both-traceroutes']) {
    const rule = `${labelOf('bind')} ${values.bind?.address}%${named} is no way for the route there`;
    throw usageError(rule, 'leave %DEV away, or use --reverse-traceroute');
  }
  return givenAny({
    windowBytes: values.window,
    tos: values.tos ?? values.dscp,
    mssBytes: values['set-mss'],
    congestion: values.congestion,
    dontFragment: (values['dont-fragment'] && cutsPackets(values)) || undefined,
    localPort: values.cport,
    device: device ?? named,
    deviceOfBind: named === undefined || device !== undefined ? undefined : (true as const),
  });
}

export function checkThroughProxy(values: FlagValues, proxy: string | undefined): void {
  const wish = cutByProxy(given({ proxy, socket: socketWishes(values) }));
  if (wish === undefined) return;
  const rule = `${labelOf(flagOf(wish, values))} is for one connection from end to end, and a proxy makes two of it`;
  throw usageError(rule, 'leave it or the proxy away (--proxy, HTTP_PROXY and others of the environment)');
}

function flagOf(wish: NonNullable<ReturnType<typeof cutByProxy>>, values: FlagValues): FlagName {
  if (wish === 'tos') return values.tos === undefined ? 'dscp' : 'tos';
  return ({ windowBytes: 'window', mssBytes: 'set-mss', congestion: 'congestion' } as const)[wish];
}

/** Each stream has a local port of its own. */
export function checkPorts(values: FlagValues): void {
  const { cport, parallel: streams = defaults.streams } = values;
  if (!lacksPorts(given({ streams, socket: socketWishes(values) }) as { streams: number })) return;
  const rule = `${labelOf('cport')} ${cport} leaves no ports for ${streams} streams`;
  throw usageError(rule, `give at most ${limits.socket.localPort.max + 1 - streams}`);
}
