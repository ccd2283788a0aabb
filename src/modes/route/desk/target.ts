/**
 * Whom a server traces to: the peer of the connection, or the client that a trusted proxy names, and nobody else. Pure;
 * a request never names its target.
 */
import type { NetworkInterfaceInfo } from 'node:os';
import { WperfError } from '../../../errors.js';
import type { SeenAs } from '../../../events/route.js';
import { given } from '../../../given.js';
import { bytesOfIp, canonicalIp, parseIp, sameBytes } from '../../../net/ip.js';
import { rangeLabelOf } from '../../../net/labels.js';
import type { ChannelInfo } from '../../../transport/channel.js';
import { isPrivate } from './limits.js';

/** One of a machine's own. */
export type OwnAddress = Pick<NetworkInterfaceInfo, 'address' | 'netmask'>;

export function seenAs({ client, remoteHost, remotePort }: ChannelInfo): SeenAs {
  if (client === undefined)
    return { host: canonicalIp(remoteHost) ?? remoteHost, port: remotePort, source: 'connection' };
  const { host, port, source } = client;
  return { host: canonicalIp(host) ?? host, ...given({ port }), source };
}

/**
 * What to trace to: the client's address, with the zone where it is link-local.
 * Throws `request-refused` for an address that no client has, or that is the server's own.
 */
export function targetOf(info: ChannelInfo, own: readonly OwnAddress[]): string {
  const { host } = seenAs(info);
  const address = parseIp(host);
  const label = address && rangeLabelOf(address);
  if (address === undefined) throw refusal('it has no IP address');
  if (label === 'unspecified' || label === 'multicast' || label === 'broadcast') throw refusal(`${host} is ${label}`);
  if (own.some((one) => isBroadcastOf(one, host))) throw refusal(`${host} is a broadcast address`);
  const isLoopback = label === 'loopback' && info.client === undefined;
  if (!isLoopback && (label === 'loopback' || own.some((one) => canonicalIp(one.address) === host))) {
    throw refusal(`${host} is an address of the server itself`);
  }
  if (isPrivate(host) && !isPrivate(info.remoteHost)) {
    throw refusal(`${host} is private, and the connection comes from ${info.remoteHost}`);
  }
  return label === 'link-local' && info.client === undefined ? info.remoteHost : host;
}

/** The last address of an IPv4 network, unless the network is too small to have one. */
function isBroadcastOf({ address, netmask }: OwnAddress, host: string): boolean {
  const [own, mask, other] = [bytesOfIp(address), bytesOfIp(netmask), bytesOfIp(host)];
  if (own?.length !== 4 || mask?.length !== 4 || other?.length !== 4 || (mask[3] ?? 0) >= 254) return false;
  const last = own.map((byte, index) => byte | (~(mask[index] ?? 0) & 0xff));
  return sameBytes(last, other);
}

function refusal(why: string): WperfError {
  return new WperfError('request-refused', `the server does not trace to this client: ${why}`);
}
