/** The proxy of a plan as reports show it. */
import type { ClientPlan } from './plan.js';

/** Scheme, host and port: without credentials. Nothing where no proxy is taken. */
export function shownProxy({ proxy }: Pick<ClientPlan, 'proxy'>): { readonly proxy?: string } {
  const [, scheme = '', host = ''] = /^([\w+.-]+:\/\/)(?:[^/?#]*@)?([^/?#]*)/.exec(proxy ?? '') ?? [];
  return host === '' ? {} : { proxy: scheme + host };
}
