/** Which proxy a connection takes: `--proxy`, or what the environment says. */
import { parseUrl, urlHost } from '../../../net/url.js';
import type { Target } from '../../../plan/plan.js';
import { flawOfProxyUrl } from '../../../plan/proxy.js';
import { BadValue } from '../../../units.js';
import type { FlagType } from '../../flags/values/types.js';
import { hideCredentials } from '../../flags/values/url.js';
import { goesDirect } from './no-proxy.js';

/** A proxy's URL, credentials included. `socks` alone lets the proxy resolve the name, as `socks5h` does. */
export const proxyUrl: FlagType<string> = {
  placeholder: 'URL',
  redact: hideCredentials,
  parse(text) {
    const named = text.replace(/^socks:/i, 'socks5h:');
    const flaw = flawOfProxyUrl(named);
    if (flaw) throw new BadValue(...flaw);
    const { url, host } = parseUrl(named) ?? { url: new URL(named), host: '' };
    return url.href.replace(url.host, url.host.replace(url.hostname, urlHost(host)));
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
