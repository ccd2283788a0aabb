/** Which proxy a connection takes: `--proxy`, or what the environment says. */
import { getProxyForUrl } from 'proxy-from-env';
import type { Target } from '../../plan/plan.js';
import { BadValue } from '../../units.js';
import type { FlagType } from '../flags/types.js';
import { hideCredentials, tryUrl, urlHost } from '../flags/url.js';

/** Schemes as typed, and as the plan names them. `socks` alone lets the proxy resolve the name, as `socks5h` does. */
const schemes = new Map([
  ['http:', 'http:'],
  ['https:', 'https:'],
  ['socks5:', 'socks5:'],
  ['socks5h:', 'socks5h:'],
  ['socks:', 'socks5h:'],
]);

/** A proxy's URL, credentials included. */
export const proxyUrl: FlagType<string> = {
  placeholder: 'URL',
  redact: hideCredentials,
  parse(text) {
    const url = text.includes('://') ? tryUrl(text) : undefined;
    if (url === undefined || url.hostname === '' || url.port === '0') {
      throw new BadValue('is not a URL', 'write e.g. http://proxy.example:3128');
    }
    const scheme = schemes.get(url.protocol);
    if (scheme === undefined) {
      throw new BadValue('has a scheme that is not supported', 'use http, https, socks5 or socks5h');
    }
    if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
      throw new BadValue('has more than a host and a port', 'end it after the port');
    }
    if (!decodes(url.username) || !decodes(url.password)) {
      throw new BadValue('has credentials that are not percent-encoded', 'write % as %25 and @ as %40');
    }
    return url.href.replace(url.protocol, scheme);
  },
};

/**
 * The proxy that HTTPS_PROXY (for wss), HTTP_PROXY (for ws), ALL_PROXY and NO_PROXY name for a target, or undefined.
 * A proxy without a scheme is an HTTP one, as every other tool reads it. Reads `process.env`.
 */
export function proxyFromEnvironment(target: Target): string | undefined {
  const scheme = target.secure ? 'https' : 'http';
  const found = getProxyForUrl(`${scheme}://${urlHost(target.host)}:${target.port}`);
  if (found === '') return undefined;
  const bare = found.slice('https://'.length);
  return target.secure && isProxySetting(bare) ? `http://${bare}` : found;
}

function isProxySetting(value: string): boolean {
  return Object.entries(process.env).some(([name, set]) => /^(https|all)_proxy$/i.test(name) && set === value);
}

function decodes(component: string): boolean {
  try {
    decodeURIComponent(component);
    return true;
  } catch {
    return false;
  }
}
