/** What a server of the original says of its route, text by text, as the hops of any trace. Pure. */
import { geoip, legacy, limits } from '../../../defaults/index.js';
import { stripControl, WperfError } from '../../../errors.js';
import type { Annotation, Hop, HopAddress } from '../../../events/hop.js';
import { parseIp } from '../../../net/ip.js';
import {
  type Checked,
  integer,
  line,
  number,
  oneOf,
  optional,
  record,
  ShapeError,
  text,
} from '../../../protocol/shape.js';
import { statisticsOf } from '../../../trace/hop.js';
import { printableName } from '../../../trace/printable-name.js';
import { parseObject } from './wire.js';

const SILENT = '*';
/** Of the server's reason for not tracing, shown to the user. */
const MESSAGE_CHARACTERS = 512;

const kindShape = record({ type: oneOf('hop', 'error', 'end') });
const errorShape = record({ message: line(legacy.textCharacters) });
const words = optional(text(legacy.textCharacters));
const hopShape = record({
  data: record({
    ttl: integer(limits.traceHops.min, limits.traceHops.max),
    ip: text(legacy.textCharacters),
    name: words,
    /** Milliseconds; -1 is no answer. */
    rtt: number(-1, limits.traceTimeoutSeconds.max * 1000),
    country: words,
    asn: words,
  }),
});

type RouteText =
  | { readonly kind: 'hop'; readonly hop: Hop }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'end' };

type Annotate = (ip: string) => Annotation;

/**
 * What `annotate` knows of an address stands in place of what the server says of it.
 * @throws WperfError `protocol-violation` for a text that tells nothing of a route.
 */
export function parseRouteText(message: string, annotate: Annotate = () => ({})): RouteText {
  const value = parseObject(message);
  try {
    const { type } = kindShape(value, '');
    if (type === 'hop') return { kind: 'hop', hop: hopOf(hopShape(value, '').data, annotate) };
    if (type === 'error') return { kind: 'error', message: errorShape(value, '').message.slice(0, MESSAGE_CHARACTERS) };
    return { kind: 'end' };
  } catch (error) {
    const why = error instanceof ShapeError ? error.message : String(error);
    throw new WperfError('protocol-violation', `a text about the route that cannot be read: ${why}`);
  }
}

type HopData = Checked<typeof hopShape>['data'];
type Told = Omit<HopData, 'ttl' | 'ip' | 'rtt'>;

/** Its one probe of each TTL was answered, or not. */
function hopOf({ ttl, ip, rtt, ...told }: HopData, annotate: Annotate): Hop {
  const silent = ip === SILENT || rtt < 0;
  const addresses = silent ? [] : [addressOf(ip, rtt, told, annotate)];
  return {
    ...{ ttl, addresses, sent: 1, lost: silent ? 1 : 0, rateLimited: false },
    rtt: statisticsOf(addresses.flatMap(({ rttsMs }) => rttsMs)),
  };
}

function addressOf(text: string, rtt: number, told: Told, annotate: Annotate): HopAddress {
  const { text: ip, zone } = parseIp(text) ?? {};
  if (ip === undefined || zone !== undefined) throw new ShapeError('data.ip', 'an address or *');
  const name = told.name === SILENT || told.name === text ? undefined : printableName(told.name);
  const known = annotate(ip);
  return {
    ...{ ip, rttsMs: [rtt], codes: [], mpls: [] },
    ...(name !== undefined && { name }),
    ...(Object.keys(known).length > 0 ? known : annotationOf(told)),
  };
}

/** The AS is told in one text, as in `AS15169 Google LLC`; what makes no sense is left out. */
function annotationOf({ country = '', asn: as = '' }: Told): Annotation {
  const [, number, name = ''] = /^AS(\d{1,10})(?: (.*))?$/is.exec(as) ?? [];
  const asn = Number(number);
  const asName = stripControl(name.slice(0, geoip.asNameCharacters));
  return {
    ...(/^(?!zz)[a-z]{2}$/i.test(country) && { country: country.toUpperCase() }),
    ...(asn > 0 && asn < 2 ** 32 && { asn, ...(asName !== '' && { asName }) }),
  };
}
