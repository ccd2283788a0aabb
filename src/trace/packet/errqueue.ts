/**
 * What Linux says beside a message: `struct sock_extended_err` with its offender, packet time stamps, the TTL of the
 * packet. Pure: it reads control messages, whose lengths it does not trust. Layouts: linux/errqueue.h.
 */
import { given } from '../../given.js';
import { decodeSocketAddress } from '../../host/linux/socket-address.js';
import { type ControlMessage, linux, stampOf } from '../../host/linux/sockets.js';

/** `SO_EE_ORIGIN_*` */
const origins = { 1: 'local', 2: 'icmp', 3: 'icmp', 4: 'time-stamp' } as const;

interface QueuedError {
  readonly origin: (typeof origins)[keyof typeof origins];
  readonly type: number;
  readonly code: number;
  /** Of a time stamp: the number of the send call that it belongs to. */
  readonly sendNumber: number;
  /** Where in the quoted payload the RFC 4884 extensions begin; 0 is nowhere. */
  readonly extensionsOffset: number;
  /** The router that sent the ICMP error. */
  readonly offender?: string;
}

export interface Ancillary {
  readonly error?: QueuedError;
  /** Kernel's software time stamp, CLOCK_REALTIME. */
  readonly stampNs?: bigint;
  readonly ttl?: number;
}

const extendedErrorBytes = 16;
const invalidExtensions = 1;

export function readAncillary(control: readonly ControlMessage[]): Ancillary {
  let ancillary: Ancillary = {};
  for (const message of control) ancillary = { ...ancillary, ...readOne(message) };
  return ancillary;
}

function readOne({ level, type, data }: ControlMessage): Ancillary {
  const isError =
    (level === linux.SOL_IP && type === linux.IP_RECVERR) || (level === linux.SOL_IPV6 && type === linux.IPV6_RECVERR);
  if (isError) return readError(data);
  const isTtl =
    (level === linux.SOL_IP && type === linux.IP_TTL) || (level === linux.SOL_IPV6 && type === linux.IPV6_HOPLIMIT);
  if (isTtl && data.length >= 4) return { ttl: data.readInt32LE(0) };
  const stampNs = stampOf({ level, type, data });
  return stampNs === undefined ? {} : { stampNs };
}

function readError(data: Buffer): Ancillary {
  if (data.length < extendedErrorBytes) return {};
  const origin = origins[data.readUInt8(4) as keyof typeof origins];
  if (origin === undefined) return {};
  const valid = (data.readUInt8(14) & invalidExtensions) === 0;
  const offender = origin === 'icmp' ? decodeSocketAddress(data.subarray(extendedErrorBytes))?.ip : undefined;
  return {
    error: {
      origin,
      type: data.readUInt8(5),
      code: data.readUInt8(6),
      sendNumber: data.readUInt32LE(12),
      extensionsOffset: origin === 'icmp' && valid ? data.readUInt16LE(12) : 0,
      ...given({ offender }),
    },
  };
}
