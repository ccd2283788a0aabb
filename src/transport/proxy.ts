/** Ways through a proxy: HTTP CONNECT (RFC 9110, section 9.3.6) and SOCKS5 (RFC 1928), each by a kept library. */
import type { Agent } from 'node:http';

export interface SocketOptions {
  readonly localAddress?: string | undefined;
  readonly family?: 4 | 6 | undefined;
  readonly timeout?: number | undefined;
}

/** `url` has the scheme http, https, socks5 or socks5h; credentials in it are used. The libraries load only here. */
export async function proxyAgent(url: string, socket: SocketOptions): Promise<Agent> {
  if (/^socks/.test(url)) {
    const { SocksProxyAgent } = await import('socks-proxy-agent');
    return new SocksProxyAgent(url, { socketOptions: { ...socket } as never });
  }
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  return new HttpsProxyAgent(url, { ...socket });
}
