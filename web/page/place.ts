/** Where this page came from, and in what it is shown. */
import type { PagePlace } from '../messages.js';

interface Brands {
  readonly brands?: readonly { readonly brand: string; readonly version: string }[];
  readonly mobile?: boolean;
}

export function placeOf({ protocol, hostname, port, pathname }: Location, folder: string): PagePlace {
  const secure = protocol === 'https:';
  const { userAgentData } = navigator as Navigator & { readonly userAgentData?: Brands };
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 443 : 80) : Number(port),
    secure,
    folder,
    path: pathname,
    browser: browserOf(navigator.userAgent),
    isPhone: userAgentData?.mobile ?? /Mobi/.test(navigator.userAgent),
  };
}

const names = [
  ['Edge', /Edg(?:A|iOS)?\/(\d+)/],
  ['Opera', /OPR\/(\d+)/],
  ['Firefox', /(?:Firefox|FxiOS)\/(\d+)/],
  ['Chrome', /(?:Headless)?(?:Chrome|CriOS)\/(\d+)/],
  ['Safari', /Version\/(\d+).*Safari/],
] as const;

/** `Firefox 130`. */
export function browserOf(agent: string): string {
  for (const [name, pattern] of names) {
    const found = pattern.exec(agent);
    if (found) return `${name} ${found[1]}`;
  }
  return 'unknown browser';
}
