/** Which proxy a connection takes: `--proxy`, or what the environment says. */
import { decodes, parseUrl, urlHost } from '../../../net/url.js';
import type { Target } from '../../../plan/plan.js';
import { BadValue } from '../../../units.js';
import type { FlagType } from '../../flags/values/types.js';
import { hideCredentials } from '../../flags/values/url.js';
import { goesDirect } from './no-proxy.js';

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
    const found = text.includes('://') ? parseUrl(text) : undefined;
    if (found === undefined || found.host === '' || found.url.port === '0') {
      throw new BadValue('is not a URL', 'write e.g. http://proxy.example:3128');
    }
    const { url, host } = found;
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
    return url.href.replace(url.protocol, scheme).replace(url.host, url.host.replace(url.hostname, urlHost(host)));
  },
};

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that HTTPS_PROXY (for wss), HTTP_PROXY (for ws) or ALL_PROXY names for a target, or undefined; lower case
 * wins. One without a scheme is an HTTP proxy, as every other tool reads it.
 */
export function proxyFromEnvironment(target: Target, env: Env = process.env): string | undefined {
  const found = variable(env, target.secure ? 'https_proxy' : 'http_proxy') || variable(env, 'all_proxy');
  if (found === '' || goesDirect(target, variable(env, 'no_proxy'))) return undefined;
  return found.includes('://') ? found : `http://${found}`;
}

function variable(env: Env, name: string): string {
  return (env[name] || env[name.toUpperCase()] || '').trim();
}
