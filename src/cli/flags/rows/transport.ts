/** What carries the load. */
import { kcp } from '../../../defaults/index.js';
import { transport } from '../values/transports.js';
import { integer } from '../values/types.js';
import type { FlagRow } from './flag.js';
import { load, loadAndServer } from './uses.js';

export const protoFlags = [
  {
    name: 'proto',
    for: loadAndServer,
    type: transport,
    default: 'ws',
    help: 'Carry the load by PROTO, while the two ends talk over the WebSocket: ws, tcp, udp (real packets, as --udp), kcp, or the path of a module (docs/transports.md); on a server: a module to offer too',
  },
] as const satisfies readonly FlagRow[];

export const transportFlags = [
  {
    name: 'dont-fragment',
    for: load,
    help: 'With --proto udp or --iperf3 --udp: packets go in one piece, and those too long for the path are refused',
  },
  {
    name: 'probe-mtu',
    for: load,
    help: 'With --proto udp: find out the longest datagram that passes, each way, before the test',
  },
] as const satisfies readonly FlagRow[];

export const kcpFlags = [
  {
    name: 'kcp-snd-wnd',
    for: load,
    type: integer('SEGMENTS', kcp.limits.sendWindow),
    default: String(kcp.defaults.sendWindow),
    help: 'With --proto kcp: segments in flight at most',
  },
  {
    name: 'kcp-rcv-wnd',
    for: load,
    type: integer('SEGMENTS', kcp.limits.receiveWindow),
    default: String(kcp.defaults.receiveWindow),
    help: 'With --proto kcp: segments that a receiver holds at most',
  },
  {
    name: 'kcp-interval',
    for: load,
    type: integer('MS', kcp.limits.interval),
    default: String(kcp.defaults.interval),
    help: 'With --proto kcp: from one flush of its queues to the next',
  },
  {
    name: 'kcp-resend',
    for: load,
    type: integer('ACKS', kcp.limits.resend),
    default: String(kcp.defaults.resend),
    help: 'With --proto kcp: resend a segment once so many later ones are acknowledged; 0 is never',
  },
  {
    name: 'kcp-no-delay',
    for: load,
    help: 'With --proto kcp: shorter timeouts, which grow more slowly',
  },
  {
    name: 'kcp-congestion',
    for: load,
    help: 'With --proto kcp: keep to a congestion window',
  },
  {
    name: 'kcp-mtu',
    for: load,
    type: integer('BYTES', kcp.limits.mtu),
    default: String(kcp.defaults.mtu),
    help: 'With --proto kcp: the longest datagram',
  },
] as const satisfies readonly FlagRow[];
