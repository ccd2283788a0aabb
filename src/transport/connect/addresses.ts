/** From a host to the addresses to try, in the order in which to try them. */
import { bounds } from '../../defaults/index.js';
import { orAborted } from '../../host/abort.js';
import type { findAddresses } from '../../host/names.js';
import { withZoneName } from '../../host/zone.js';
import { type Family, familyOf } from '../../net/ip.js';

export type Resolve = typeof findAddresses;

/**
 * The families in turn, beginning with that of the system's first choice (RFC 8305, section 4). Rejects with the
 * signal's reason if that aborts first; the system's own search cannot be ended.
 */
export async function addressesOf(
  host: string,
  family: Family | undefined,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<string[]> {
  if (familyOf(host) !== undefined) return [withZoneName(host)];
  const found = await orAborted(resolve(host, family), signal, () => signal.reason);
  return inTurn([...new Set(found)]).slice(0, bounds.addressesTried);
}

function inTurn(addresses: readonly string[]): string[] {
  const first = familyOf(addresses[0] ?? '');
  const preferred = addresses.filter((address) => familyOf(address) === first);
  const others = addresses.filter((address) => familyOf(address) !== first);
  return Array.from({ length: addresses.length }, (_, i) => [preferred[i], others[i]])
    .flat()
    .filter((address) => address !== undefined);
}
