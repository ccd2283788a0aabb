/** What a command line says of routes: how a server is to trace, what it lets its clients have, where networks are looked up. */
import type { GeoipOptions } from '../../geoip/open.js';
import { given, givenAny } from '../../given.js';
import { flawOfTrace } from '../../plan/check.js';
import { completeTraceWish } from '../../plan/complete.js';
import type { TraceService, TraceWish } from '../../plan/plan.js';
import { type TraceOptions, traceSettings } from '../../trace/options.js';
import type { FlagValues } from '../flags/table.js';
import { refuseFlaw } from './flaws.js';
import type { Surroundings } from './surroundings.js';
import { checkFamily, chosenFamily } from './way/family.js';

/** What the server's owner changed of the defaults; undefined for nothing. */
export function traceChanges(values: FlagValues): Partial<TraceService> | undefined {
  return givenAny({
    offered: values['no-reverse-traceroute'] && false,
    authOnly: values['tr-auth-only'],
    behindProxy: values['tr-behind-proxy'],
    concurrent: values['tr-max-concurrent'],
    cacheSeconds: values['tr-cache'],
    packets: values['tr-max-packets'],
    packetsPerMinute: values['tr-packets-per-minute'],
    seconds: values['tr-max-seconds'],
    hideHops: values['tr-hide-hops'],
    hidePrivate: values['tr-hide-private'],
  });
}

/** Throws WperfError 'usage' for what no trace can do. */
export function traceOptions(values: FlagValues): TraceOptions {
  const host = values.traceroute ?? '';
  checkFamily(values, host);
  const options: TraceOptions = {
    host,
    ...givenWish(values),
    ...given({ family: chosenFamily(values), port: values['tr-port'] }),
  };
  refuseFlaw(flawOfTrace(completeTraceWish(givenWish(values))), values);
  traceSettings(options);
  return options;
}

/** What is asked of a trace. */
export function givenWish(values: FlagValues): Partial<TraceWish> {
  return given({
    protocol: values['tr-proto'],
    maxHops: values['tr-max-hops'],
    firstHop: values['tr-first-hop'],
    queries: values['tr-queries'],
    timeoutSeconds: values['tr-timeout'],
    names: values['tr-no-dns'] && false,
    serial: values['tr-serial'],
  });
}

export function geoipOptions(values: FlagValues, { env }: Surroundings): GeoipOptions | undefined {
  if (values['no-geoip']) return undefined;
  return { env, ...given({ paths: values['geoip-db'] }) };
}
