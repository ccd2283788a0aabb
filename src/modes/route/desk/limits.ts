/** What a server's limits make of a client's wish for a trace. Pure. */
import { limits, traceService } from '../../../defaults/index.js';
import type { HopAddress } from '../../../events/hop.js';
import type { TraceEvent } from '../../../events/route.js';
import { parseIp } from '../../../net/ip.js';
import { rangeLabelOf } from '../../../net/labels.js';
import type { TraceService, TraceWish } from '../../../plan/plan.js';

export function serviceOf(changes: Partial<TraceService> = {}): TraceService {
  const open = { offered: true, authOnly: false, behindProxy: false, hidePrivate: false };
  const service = { ...open, ...traceService.defaults, ...changes };
  return { ...service, packets: Math.min(service.packets, service.packetsPerMinute) };
}

interface GrantedWish {
  readonly wish: TraceWish;
  /** Where it is less than was asked, and why. */
  readonly reasons: readonly string[];
}

/** The wish cut down to the packets and the time of one trace: first its queries, then its hops. */
export function grantWish(wish: TraceWish, { packets, seconds }: TraceService): GrantedWish {
  const hops = wish.maxHops - wish.firstHop + 1;
  const most = wish.protocol === 'inband' ? limits.inbandQueries.max : wish.queries;
  const queries = Math.max(1, Math.min(wish.queries, most, Math.floor(packets / hops)));
  const maxHops = Math.min(wish.maxHops, wish.firstHop - 1 + Math.floor(packets / queries));
  const timeoutSeconds = Math.min(wish.timeoutSeconds, seconds);
  const reasons = [
    ...(queries < wish.queries ? [`The server sends ${queries} and not ${wish.queries} probes to a hop.`] : []),
    ...(maxHops < wish.maxHops ? [`The server looks no farther than ${maxHops} hops.`] : []),
    ...(timeoutSeconds < wish.timeoutSeconds ? [`The server waits at most ${seconds} s for an answer.`] : []),
  ];
  return { wish: { ...wish, queries, maxHops, timeoutSeconds }, reasons };
}

/** The most packets that a granted wish can take: `auto` may trace twice, the second time in-band. */
export function packetsFor({ maxHops, firstHop, queries, protocol }: TraceWish, { packets }: TraceService): number {
  const once = (maxHops - firstHop + 1) * queries;
  return Math.min(packets, protocol === 'auto' ? 2 * once : once);
}

/** Whatever the server's owner does not want told of its own network is taken out of hops; the target never is. */
export function hideFrom<E extends TraceEvent>(event: E, target: string, service: TraceService): E {
  if (event.type !== 'trace-hop') return event;
  const isHidden = ({ ip }: HopAddress) =>
    ip !== target && (event.ttl <= service.hideHops || (service.hidePrivate && isPrivate(ip)));
  const hidden = event.addresses.filter(isHidden);
  if (hidden.length === 0) return event;
  return {
    ...event,
    addresses: event.addresses.filter((address) => !isHidden(address)),
    hidden: { addresses: hidden.length, rttsMs: hidden.flatMap(({ rttsMs }) => rttsMs) },
  };
}

const privateLabels: readonly (string | undefined)[] = ['private', 'cgnat', 'unique-local', 'link-local', 'loopback'];

/** Of a range that is used inside networks only. */
export function isPrivate(ip: string): boolean {
  const address = parseIp(ip);
  return address !== undefined && privateLabels.includes(rangeLabelOf(address));
}
