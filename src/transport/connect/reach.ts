/** A TCP connection to the first machine on the way. */
import type { Socket } from 'node:net';
import type { Clock } from '../../host/clock.js';
import { findAddresses } from '../../host/names.js';
import { endpointText } from '../../net/endpoint.js';
import { canonicalHost, familyOf } from '../../net/ip.js';
import type { ChannelInfo } from '../channel.js';
import type { Settled, Way } from '../transport.js';
import { addressesOf, type Resolve } from './addresses.js';
import { otherFamily, type Party, reachError, resolveError } from './failure.js';
import type { Destination } from './proxy.js';
import { race } from './race.js';
import { step } from './step.js';
import { startTcp } from './tcp.js';

export interface OpenTools {
  readonly clock: Clock;
  /** Aborts with a TooLate. */
  readonly signal: AbortSignal;
  readonly resolve?: Resolve | undefined;
  /** Told where the connection goes, once that is settled. */
  readonly onSettled?: ((settled: Settled) => void) | undefined;
}

/** Of a connection's info: who is beyond a proxy. */
export function serverBeyond({ proxy, target }: Pick<Way, 'proxy' | 'target'>): Pick<ChannelInfo, 'server'> {
  return proxy === undefined ? {} : { server: endpointText(target) };
}

export async function reach(
  end: Pick<Destination, 'host' | 'port'>,
  party: Party,
  way: Way,
  tools: OpenTools,
): Promise<Socket> {
  const { clock, signal, onSettled = () => {} } = tools;
  const addresses = await addressesFor(way.address ?? end.host, party, way, tools);
  const [only, ...others] = addresses;
  if (only !== undefined && others.length === 0) onSettled({ address: only });
  const connectTo = async (address: string, stop: AbortSignal) => {
    const socket = startTcp(address, end.port, way);
    return step<Socket>(socket, stop, (done) => socket.once('connect', () => done(socket)));
  };
  const socket = await race(addresses, connectTo, clock, signal).catch((error) => {
    throw reachError(error, party, way);
  });
  onSettled({ address: canonicalHost(socket.remoteAddress ?? '') });
  return socket;
}

/** The addresses of a host, in the order in which to try them. */
export async function addressesFor(
  host: string,
  party: Party,
  way: Pick<Way, 'family' | 'bind'>,
  { signal, resolve = findAddresses }: OpenTools,
): Promise<string[]> {
  // From an address of one family no other can be reached.
  const family = way.family ?? familyOf(way.bind ?? '');
  if (family !== undefined && (familyOf(host) ?? family) !== family) throw otherFamily(host, family);
  return addressesOf(host, family, resolve, signal).catch((error) => {
    throw resolveError(error, party, family);
  });
}
