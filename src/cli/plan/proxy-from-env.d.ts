declare module 'proxy-from-env' {
  /** The proxy's URL, or an empty string for none. */
  export function getProxyForUrl(url: string): string;
}
