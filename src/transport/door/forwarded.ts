/**
 * For whom a proxy speaks, from the headers that proxies add: `X-Forwarded-For` and `Forwarded` (RFC 7239). Each proxy
 * appends the address it was called from, so the list is read from its end, and only as far as it was written by
 * proxies that are trusted: what stands before that anybody may have made up. Pure.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { bounds } from '../../defaults/index.js';
import { canonicalIp } from '../../net/ip.js';
import type { ForwardedClient } from '../channel.js';
import type { Arrival } from './arrival.js';

/** Whose request it is, where that is not the connection's own end. Each proxy on the way is believed only as far as it is trusted. */
export function clientOf(
  headers: IncomingHttpHeaders,
  { client: announced, tcp }: Arrival,
  trusts: (address: string) => boolean,
): ForwardedClient | undefined {
  const caller = announced?.host ?? tcp.remoteAddress ?? '';
  return (trusts(caller) ? forwardedClient(headers, trusts) : undefined) ?? announced;
}

type Caller = Pick<ForwardedClient, 'host' | 'port'>;

/**
 * Undefined when the headers tell nothing that can be believed. A proxy may pass on one header unread while it writes the
 * other, so where both are there they must name the same host.
 */
export function forwardedClient(
  headers: IncomingHttpHeaders,
  trusts: (address: string) => boolean,
): ForwardedClient | undefined {
  const [plain, standard] = [headers['x-forwarded-for'], headers.forwarded];
  const fromPlain = plain === undefined ? undefined : callerOf(plainNodes(String(plain)), trusts);
  const fromStandard = standard === undefined ? undefined : callerOf(standardNodes(standard), trusts);
  if (plain !== undefined && standard !== undefined && fromPlain?.host !== fromStandard?.host) return undefined;
  if (fromStandard) return { ...fromStandard, source: 'forwarded' };
  return fromPlain && { ...fromPlain, source: 'x-forwarded-for' };
}

/** The first caller that is not itself trusted, or else the last that can be read. */
function callerOf(nodes: Iterable<string>, trusts: (address: string) => boolean): Caller | undefined {
  let found: Caller | undefined;
  let hops = 0;
  for (const node of nodes) {
    const caller = parseNode(node);
    if (!caller) return found;
    found = caller;
    hops += 1;
    if (hops === bounds.forwardedHops || !trusts(caller.host)) return found;
  }
  return found;
}

/** The nodes of `X-Forwarded-For`, the last first. */
function plainNodes(header: string): string[] {
  const nodes = header.split(',').map((node) => node.trim());
  return nodes.reverse();
}

const NAME = "[\\w!#$%&'*+.^`|~-]+";
/** Colons and brackets belong in quotes, but not every proxy puts them there. */
const VALUE = "[\\w!#$%&'*+.^`|~:[\\]-]+";
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
const PAIR = `${NAME}=(?:${VALUE}|${QUOTED})`;

/**
 * The last element (RFC 7239, section 4) with all of its pairs. Matched from the end of the header: split from its
 * beginning, a quote that a client leaves open would swallow what the proxy appended.
 */
const lastElement = new RegExp(`(?:^|,)[ \\t]*(${PAIR}(?:[ \\t]*;[ \\t]*${PAIR})*)[ \\t]*$`);
const pairs = new RegExp(`(${NAME})=(${VALUE}|${QUOTED})`, 'g');

/** The `for` of each element of `Forwarded`, the last first; empty where an element has none. */
function* standardNodes(header: string): Generator<string> {
  let rest = header;
  for (let element = lastElement.exec(rest); element; element = lastElement.exec(rest)) {
    const said = [...(element[1] ?? '').matchAll(pairs)].find(([, name]) => name?.toLowerCase() === 'for');
    yield unquoted(said?.[2] ?? '');
    rest = rest.slice(0, element.index);
  }
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
}

/** `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711` (RFC 7239, section 6); not `unknown` or `_hidden`. */
function parseNode(node: string): Caller | undefined {
  const [, bracketed, dotted, port] = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(node) ?? [];
  const host = canonicalIp(bracketed ?? dotted ?? node);
  if (host === undefined || Number(port ?? 0) > 65_535) return undefined;
  return { host, ...(port !== undefined && { port: Number(port) }) };
}
