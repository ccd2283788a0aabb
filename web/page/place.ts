/** Where this page came from, and in what it is shown. */
import type { PagePlace } from '../messages.js';
import { browserOf } from './browser-name.js';

interface UserAgentData {
  readonly mobile?: boolean;
}

export function placeOf({ protocol, hostname, port, pathname }: Location, folder: string): PagePlace {
  const secure = protocol === 'https:';
  const { userAgentData } = navigator as Navigator & { readonly userAgentData?: UserAgentData };
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 443 : 80) : Number(port),
    secure,
    folder,
    path: pathname,
    httpVersion: navigation?.nextHopProtocol ?? '',
    browser: browserOf(navigator.userAgent),
    isPhone: userAgentData?.mobile ?? /Mobi/.test(navigator.userAgent),
  };
}
