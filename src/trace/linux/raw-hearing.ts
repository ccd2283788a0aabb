/** Raw sockets that listen: what they are told of a packet beside its bytes, and how a packet is taken apart. */
import { arrivalStamps, linux } from '../../host/linux/sockets.js';
import type { Family } from '../../net/ip.js';
import { readAncillary } from '../packet/errqueue.js';
import { parseIpPacket } from '../packet/quoted.js';
import { passIcmp } from './raw-filter.js';
import type { LinuxSocket, ReceivedMessage } from './socket.js';

const receiveBufferBytes = 1024 * 1024;

export interface HeardPacket {
  readonly from: string;
  /** What follows the IP header. */
  readonly payload: Uint8Array;
  readonly ttl: number | undefined;
  /** The kernel's time stamp, CLOCK_REALTIME. */
  readonly stampNs: bigint | undefined;
}

/** Has a raw ICMP socket hear these types, with time stamps and TTLs. */
export function listenToIcmp(socket: LinuxSocket, types: readonly number[]): void {
  passIcmp(socket, types);
  socket.set(linux.SOL_SOCKET, linux.SO_RCVBUF, receiveBufferBytes);
  stampArrivals(socket);
}

export function stampArrivals(socket: LinuxSocket): void {
  if (socket.family === 6) socket.set(linux.SOL_IPV6, linux.IPV6_RECVHOPLIMIT, 1);
  socket.set(linux.SOL_SOCKET, linux.SO_TIMESTAMPING, arrivalStamps);
}

/** IPv4 raw sockets hand over the IP header, IPv6 ones do not. */
export function packetHeard(family: Family, message: ReceivedMessage): HeardPacket | undefined {
  const { stampNs, ttl } = readAncillary(message.control);
  const from = message.from?.ip;
  const packet = family === 4 ? parseIpPacket(4, message.data) : { payload: message.data, ttl };
  return packet && from !== undefined ? { from, payload: packet.payload, ttl: packet.ttl, stampNs } : undefined;
}
