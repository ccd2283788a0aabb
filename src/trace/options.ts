/** What can be asked of a trace, and the rules that it must keep. */
import { defaults, limits } from '../defaults/index.js';
import { WperfError } from '../errors.js';
import type { TraceProtocol } from '../events/route.js';
import type { Family } from '../net/ip.js';
import { flawOfHost, flawOfTrace } from '../plan/check.js';
import { completeTraceWish } from '../plan/complete.js';
import { flawText } from '../plan/flaw.js';
import type { TraceWish } from '../plan/plan.js';

/** A wish, and whom it is about; what is missing has its default. */
export interface TraceOptions extends Partial<TraceWish> {
  /** Name or address. */
  readonly host: string;
  readonly family?: Family;
  /** Destination port: of UDP probes the first, since they count up unless raw sockets can keep to one. */
  readonly port?: number;
  /** How long silence at the end of the path may still be broken by the last router's word that the target is down. */
  readonly lastWordSeconds?: number;
}

export interface TraceSettings extends TraceWish, Pick<TraceOptions, 'host' | 'family' | 'port'> {
  /** `auto` is UDP wherever the system lets us, else ICMP. */
  readonly protocol: TraceProtocol | 'auto';
  readonly lastWordSeconds: number;
}

/** Throws a `usage` WperfError that names the option. */
export function traceSettings(options: TraceOptions): TraceSettings {
  const { lastWordSeconds } = defaults.trace;
  const { protocol = 'auto' } = options;
  if (protocol === 'inband') throw noConnection(options.host);
  const settings = { lastWordSeconds, ...options, ...completeTraceWish(options), protocol };
  const flaw = flawOfHost(options.host ?? '') ?? flawOfTrace(settings);
  if (flaw !== undefined) throw new WperfError('usage', flawText(flaw));
  within('lastWordSeconds', settings.lastWordSeconds, limits.traceLastWordSeconds);
  if (settings.port !== undefined) whole('--tr-port', settings.port, { min: 1, max: limits.port.max });
  return settings;
}

/** The destination port, with room above it for UDP probes to count up. */
export function tracePort(protocol: TraceProtocol, settings: TraceSettings): number {
  if (protocol !== 'udp') return settings.port ?? defaults.trace.tcpPort;
  const port = settings.port ?? defaults.trace.udpPort;
  const probes = (settings.maxHops - settings.firstHop + 1) * settings.queries;
  whole('--tr-port', port, { min: 1, max: limits.port.max + 1 - probes });
  return port;
}

/** Of an in-band trace, whose protocol and pace are the connection's. Throws as `traceSettings`. */
export function inbandSettings(host: string, wish: Partial<TraceWish>): TraceSettings {
  const complete = completeTraceWish({ ...wish, protocol: 'inband' });
  const settings = traceSettings({ ...complete, host, protocol: 'tcp', serial: true, lastWordSeconds: 0 });
  whole('queries', settings.queries, limits.inbandQueries);
  return settings;
}

function noConnection(host: string): WperfError {
  return new WperfError('usage', `--tr-proto inband needs a connection that ${host} made, and --traceroute has none`, {
    hint: 'take udp, icmp or tcp, or trace the way back from a server with -c HOST --reverse-traceroute',
  });
}

function whole(flag: string, value: number, range: { min: number; max: number }): void {
  if (!Number.isInteger(value)) throw badValue(flag, value, 'a whole number', range);
  within(flag, value, range);
}

function within(flag: string, value: number, range: { min: number; max: number }): void {
  if (!(value >= range.min && value <= range.max)) throw badValue(flag, value, 'a number', range);
}

function badValue(flag: string, value: number, kind: string, { min, max }: { min: number; max: number }): WperfError {
  return new WperfError('usage', `${flag} ${value} is not ${kind} from ${min} to ${max}`);
}
