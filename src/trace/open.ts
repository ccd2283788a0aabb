/** Finds a way to send probes: each is tried, none is guessed from the user id. */
import { WperfError } from '../errors.js';
import type { TraceProtocol } from '../events/route.js';
import { openLinuxErrqueue } from './linux/errqueue-prober.js';
import { openLinuxRaw } from './linux/raw-prober.js';
import { type TraceSettings, tracePort } from './options.js';
import { openRawSocket } from './portable.js';
import type { OpenProber, Prober, TraceTarget } from './prober.js';

interface Way {
  readonly name: Prober['name'];
  readonly open: OpenProber;
  /** What `auto` means here. */
  readonly usual: TraceProtocol;
}

/** In order of preference. */
const ways: readonly Way[] = [
  { name: 'linux-raw', open: openLinuxRaw, usual: 'udp' },
  { name: 'linux-errqueue', open: openLinuxErrqueue, usual: 'udp' },
  { name: 'raw-socket', open: openRawSocket, usual: 'icmp' },
];

/** Throws `trace-unavailable` with the reason of every way when none is open. */
export async function openProber(target: TraceTarget, settings: TraceSettings, wake: () => void): Promise<Prober> {
  const reasons: string[] = [];
  for (const { name, open, usual } of ways) {
    const protocol = settings.protocol === 'auto' ? usual : settings.protocol;
    try {
      return await open({ target, protocol, port: tracePort(protocol, settings), wake });
    } catch (thrown) {
      if (thrown instanceof WperfError) throw thrown;
      reasons.push(`${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  }
  throw new WperfError('trace-unavailable', `no way to send probes from here (${reasons.join('; ')})`, {
    operation: 'traceroute',
    peer: target.ip,
    hint: hintFor(process.platform, settings.protocol),
  });
}

export function hintFor(platform: NodeJS.Platform, protocol: TraceSettings['protocol']): string {
  if (platform !== 'linux')
    return 'run it as administrator, with the package raw-socket installed (npm install raw-socket)';
  const forIcmp = `, or sysctl -w net.ipv4.ping_group_range="0 2147483647", or take --tr-proto udp`;
  return `install koffi (npm install koffi), or run it with sudo, or give node the right (setcap cap_net_raw+ep)${
    protocol === 'icmp' ? forIcmp : ''
  }`;
}
