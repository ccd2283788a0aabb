/** `-c HOST|URL`: every way to name a server, resolved to host, port, security and path. */
import { defaults, limits } from '../../../defaults/index.js';
import { isIpv6Text } from '../../../net/ip.js';
import { parseUrl, urlHost, withoutBrackets } from '../../../net/url.js';
import type { Target } from '../../../plan/plan.js';
import { BadValue } from '../../../units.js';
import { checkedIpv6, parseHost } from '../../flags/values/url.js';

const portRule = `a port of 1 to ${limits.port.max}`;
const schemes = new Map([
  ['ws', { secure: false, port: 80 }],
  ['wss', { secure: true, port: 443 }],
]);
const meantSchemes = new Map([
  ['http', 'ws'],
  ['https', 'wss'],
]);

/**
 * @param text `host`, `host:port`, `[v6]:port`, a bare IPv6 address, or a `ws://` or `wss://` URL.
 * @param port of `--port`; it wins over any other.
 * @param usualPort of a host named without one.
 * @throws BadValue
 */
export function parseTarget(text: string, port?: number, usualPort: number = defaults.port): Target {
  const found = text.includes('://') ? fromUrl(text) : fromHost(text, usualPort);
  return port === undefined ? found : { ...found, port };
}

/** The target as a URL, for messages. */
export function targetUrl(target: Target): string {
  return `${target.secure ? 'wss' : 'ws'}://${urlHost(target.host)}:${target.port}${target.path}`;
}

function fromUrl(text: string): Target {
  const scheme = parseScheme(text);
  const found = parseUrl(text);
  if (found === undefined) throw new BadValue('is not a valid URL', `write ws://host:port/path, with ${portRule}`);
  const { url, host } = found;
  if (url.username !== '' || url.password !== '') throw credentialsRefused();
  if (text.includes('#')) throw new BadValue('has a fragment', 'a WebSocket URL ends before the #');
  const port = url.port === '' ? scheme.port : parsePort(url.port);
  return {
    host: isIpv6Text(host) ? checkedIpv6(host) : host,
    port,
    secure: scheme.secure,
    path: url.pathname + url.search,
  };
}

function parseScheme(text: string): { readonly secure: boolean; readonly port: number } {
  const name = text.slice(0, text.indexOf('://')).toLowerCase();
  const scheme = schemes.get(name);
  if (scheme !== undefined) return scheme;
  const meant = meantSchemes.get(name);
  const hint = meant === undefined ? 'write ws://... or wss://...' : `write ${meant}:// instead of ${name}://`;
  throw new BadValue('is not a WebSocket URL', hint);
}

function fromHost(text: string, usualPort: number): Target {
  if (text.includes('@')) throw credentialsRefused();
  if (/[/?#]/.test(text)) throw new BadValue('has a path but no scheme', 'write ws://host/path or wss://host/path');
  const { host, port } = splitPort(text);
  return {
    host: parseHost(host),
    port: port === undefined ? usualPort : parsePort(port),
    secure: false,
    path: '/',
  };
}

function splitPort(text: string): { host: string; port?: string } {
  if (isIpv6Text(withoutBrackets(text))) return { host: text };
  const [, bracketed, bracketedPort] = /^(\[.*\]):(.*)$/.exec(text) ?? [];
  if (bracketed !== undefined && bracketedPort !== undefined) return { host: bracketed, port: bracketedPort };
  const [host = '', port, ...more] = text.split(':');
  if (more.length > 0)
    throw new BadValue('is not an IPv6 address', 'write e.g. 2001:db8::7, or [2001:db8::7]:8765 with a port');
  return port === undefined ? { host } : { host, port };
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > limits.port.max) throw new BadValue('has a bad port', `give ${portRule}`);
  return port;
}

function credentialsRefused(): BadValue {
  return new BadValue('has credentials', "use --token, or --header 'Authorization: ...' for a reverse proxy");
}
