/** What carries the load, as a command line asks for it, and what does not go with that. */
import type { ProtoPlan } from '../../../plan/plan.js';
import { EXACT_LENGTH, isModulePath, PROBE_MTU, packetProtos } from '../../../plan/protos.js';
import { type FlagName, type FlagValues, labelOf } from '../../flags/table.js';
import { usageError } from '../../flags/usage.js';

/** Undefined for the WebSocket itself. */
export function protoPlan(values: FlagValues): ProtoPlan | undefined {
  const { proto = 'ws' } = values;
  return proto === 'ws' ? undefined : { name: proto, settings: settingsOf(proto, values) };
}

/** By the flag, what KCP calls it. */
const ofKcp = {
  'kcp-snd-wnd': 'sendWindow',
  'kcp-rcv-wnd': 'receiveWindow',
  'kcp-interval': 'interval',
  'kcp-resend': 'resend',
  'kcp-no-delay': 'noDelay',
  'kcp-congestion': 'congestion',
  'kcp-mtu': 'mtu',
} as const;

function settingsOf(proto: string, values: FlagValues): ProtoPlan['settings'] {
  if (proto === 'udp') {
    const { length, 'probe-mtu': isProbed } = values;
    return { ...(length !== undefined && { [EXACT_LENGTH]: 1 }), ...(isProbed && { [PROBE_MTU]: 1 }) };
  }
  const asked = Object.entries(ofKcp).map(([flag, name]) => [name, values[flag as keyof typeof ofKcp]] as const);
  return Object.fromEntries(asked.flatMap(([name, value]) => (value === undefined ? [] : [[name, Number(value)]])));
}

/** Options of TCP sockets. */
const ofTcp: readonly FlagName[] = ['set-mss', 'congestion'];

/** Throws WperfError 'usage'. */
export function checkProto(values: FlagValues): void {
  const { proto = 'ws' } = values;
  if (values.udp && (proto === 'tcp' || proto === 'kcp')) {
    const rule = `${labelOf('udp')} wants packets, and ${labelOf('proto')} ${proto} carries a stream of bytes`;
    throw usageError(rule, `use ${labelOf('proto')} udp, or leave one of them away`);
  }
  if (packetProtos.includes(proto) && values.blockcount !== undefined && values.length === undefined) {
    const rule = `${labelOf('blockcount')} counts blocks of ${labelOf('length')}, and ${labelOf('proto')} ${proto} finds out what fits`;
    throw usageError(rule, `give ${labelOf('length')} too`);
  }
  if (values['probe-mtu'] && proto !== 'udp') {
    throw usageError(`${labelOf('probe-mtu')} needs ${labelOf('proto')} udp`, 'give both');
  }
  const stranger = (Object.keys(ofKcp) as (keyof typeof ofKcp)[]).find((name) => values[name] !== undefined);
  if (stranger !== undefined && proto !== 'kcp') {
    throw usageError(`${labelOf(stranger)} is for ${labelOf('proto')} kcp`, 'give both');
  }
  const flag = ofTcp.find((name) => values[name] !== undefined);
  if (flag !== undefined && goesByDatagrams(proto)) {
    throw usageError(
      `${labelOf(flag)} is for TCP, and ${labelOf('proto')} ${proto} has none`,
      'leave one of them away',
    );
  }
}

export function checkPassesProxy({ proto = 'ws' }: FlagValues, proxy: string | undefined): void {
  if (proxy === undefined || !goesByDatagrams(proto)) return;
  const rule = `${labelOf('proto')} ${proto} goes by UDP, which passes no proxy`;
  throw usageError(rule, 'measure packets over WebSocket: --udp without --proto (or leave the proxy away)');
}

function goesByDatagrams(proto: string): boolean {
  return !isModulePath(proto) && (packetProtos.includes(proto) || proto === 'kcp');
}
