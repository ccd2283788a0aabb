/** The proxy of a plan: what may be one, and how reports show it. */
import { decoded, parseUrl } from '../net/url.js';
import type { ClientPlan } from './plan.js';

const schemes: readonly string[] = ['http:', 'https:', 'socks5:', 'socks5h:'];

/** Why a text is no proxy's URL, and what to do; undefined of one that is. It may hold credentials, and is not told. */
export function flawOfProxyUrl(text: string): readonly [flaw: string, hint: string] | undefined {
  const { url, host = '' } = (text.includes('://') && parseUrl(text)) || {};
  if (url === undefined || host === '' || url.port === '0') {
    return ['is not a URL', 'write e.g. http://proxy.example:3128'];
  }
  if (!schemes.includes(url.protocol)) {
    return ['has a scheme that is not supported', 'use http, https, socks5 or socks5h'];
  }
  if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
    return ['has more than a host and a port', 'end it after the port'];
  }
  if (decoded(url.username) === undefined || decoded(url.password) === undefined) {
    return ['has credentials that are not percent-encoded', 'write % as %25 and @ as %40'];
  }
  return undefined;
}

/** Scheme, host and port: without credentials. Nothing where no proxy is taken. */
export function shownProxy({ proxy }: Pick<ClientPlan, 'proxy'>): { readonly proxy?: string } {
  const [, scheme = '', host = ''] = /^([\w+.-]+:\/\/)(?:[^/?#]*@)?([^/?#]*)/.exec(proxy ?? '') ?? [];
  return host === '' ? {} : { proxy: scheme + host };
}
