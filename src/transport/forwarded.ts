/**
 * For whom a proxy speaks, from the headers that proxies add: `X-Forwarded-For` and `Forwarded` (RFC 7239). Each proxy
 * appends the address it was called from, so the list is read from its end, and only as far as it was written by
 * proxies that are trusted: what stands before that anybody may have made up. Pure.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { bounds } from '../defaults.js';
import type { ForwardedClient } from './channel.js';
import { withoutMapping } from './trusted.js';

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
  const fromPlain = plain === undefined ? undefined : callerOf(xForwardedFor(String(plain)), trusts);
  const fromStandard = standard === undefined ? undefined : callerOf(forwardedFor(standard), trusts);
  if (plain !== undefined && standard !== undefined && fromPlain?.host !== fromStandard?.host) return undefined;
  if (fromStandard) return { ...fromStandard, source: 'forwarded' };
  return fromPlain && { ...fromPlain, source: 'x-forwarded-for' };
}

/** The first caller from the end that is not itself trusted, or else the last that can be read. */
function callerOf(nodes: readonly string[], trusts: (address: string) => boolean): Caller | undefined {
  let found: Caller | undefined;
  for (const node of nodes.slice(-bounds.forwardedHops).reverse()) {
    const caller = parseNode(node);
    if (!caller) return found;
    found = caller;
    if (!trusts(caller.host)) return found;
  }
  return found;
}

function xForwardedFor(header: string): string[] {
  return header.split(',').map((node) => node.trim());
}

/** The `for` of each element; an element without one is a node that nobody can read. */
function forwardedFor(header: string): string[] {
  return splitOutsideQuotes(header, ',').map((element) => {
    const pairs = splitOutsideQuotes(element, ';').map((pair) => /^\s*for\s*=\s*(.*?)\s*$/i.exec(pair)?.[1]);
    return unquoted(pairs.find((value) => value !== undefined) ?? '');
  });
}

function splitOutsideQuotes(text: string, separator: ',' | ';'): string[] {
  const parts = text.match(separator === ',' ? /("(\\.|[^"\\])*"|[^",])+/g : /("(\\.|[^"\\])*"|[^";])+/g);
  return parts ?? [];
}

function unquoted(value: string): string {
  return /^".*"$/.test(value) ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
}

/** `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711` (RFC 7239, section 6); not `unknown` or `_hidden`. */
function parseNode(node: string): Caller | undefined {
  const [, bracketed, dotted, port] = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(node) ?? [];
  const host = withoutMapping(bracketed ?? dotted ?? node);
  if (isIP(host) === 0 || host.includes('%') || Number(port ?? 0) > 65_535) return undefined;
  return { host, ...(port !== undefined && { port: Number(port) }) };
}
