/** The proxies that a connection can go through, by the scheme of their URL. */
import { decoded, parseUrl } from '../../net/url.js';

const usualPorts = { http: 80, https: 443, socks5: 1080, socks5h: 1080 } as const;
type ProxyKind = keyof typeof usualPorts;

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface ProxyServer {
  readonly kind: ProxyKind;
  readonly host: string;
  readonly port: number;
  readonly credentials: Credentials | undefined;
}

/** What a proxy is asked to connect to. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  /** The command that serves there, for hints. */
  readonly service: string;
}

/** The proxy answered, and said no. */
export class ProxyRefusal extends Error {
  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

/** What to do where a proxy wants a login, or another than it got. */
export function loginHint(given: Credentials | undefined): string {
  return given ? 'check the user and password in its URL' : 'put user:password@ in front of its host';
}

/** `text` is a URL of a scheme above; any other is a mistake of the caller. */
export function readProxy(text: string): ProxyServer {
  const { url, host } = parseUrl(text) ?? { url: new URL(text), host: '' };
  const kind = url.protocol.slice(0, -1) as ProxyKind;
  const [user, password] = [decoded(url.username) ?? '', decoded(url.password) ?? ''];
  return {
    kind,
    host,
    port: url.port === '' ? usualPorts[kind] : Number(url.port),
    credentials: user === '' && password === '' ? undefined : { user, password },
  };
}
