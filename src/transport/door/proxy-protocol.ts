/**
 * The PROXY protocol, versions 1 and 2: a header that a proxy puts in front of a connection's bytes to say whose they
 * are. After HAProxy's specification (proxy-protocol.txt, revision 2020/03/05), sections 2.1 and 2.2. Pure.
 */
import { bounds } from '../../defaults/index.js';
import { ipOfBytes, parseIp } from '../../net/ip.js';

interface ProxyHeader {
  /** Its length: what follows is the connection's own. */
  readonly bytes: number;
  /** Absent where the proxy speaks for itself, or does not know. */
  readonly client?: { readonly host: string; readonly port: number };
}

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const V1_START = Buffer.from('PROXY ', 'latin1');
/** The longest line of version 1, its end included. */
const V1_BYTES = 107;
const V2_FIXED_BYTES = 16;

/** `more` while it may become a header, `none` when it is none, `bad` when it is one that cannot be read. */
export function readProxyHeader(start: Buffer): ProxyHeader | 'more' | 'none' | 'bad' {
  for (const [opening, read] of [
    [V1_START, readV1],
    [SIGNATURE, readV2],
  ] as const) {
    const seen = Math.min(start.length, opening.length);
    if (!start.subarray(0, seen).equals(opening.subarray(0, seen))) continue;
    return seen < opening.length ? 'more' : read(start);
  }
  return 'none';
}

/** `PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n`. */
function readV1(start: Buffer): ProxyHeader | 'more' | 'bad' {
  const end = start.subarray(0, V1_BYTES).indexOf('\r\n');
  if (end < 0) return start.length < V1_BYTES ? 'more' : 'bad';
  const [, family, host = '', destination = '', port = '', ...rest] = start.toString('latin1', 0, end).split(' ');
  const bytes = end + 2;
  if (family === 'UNKNOWN') return { bytes };
  const [client, server] = [host, destination].map((text) => (isWritten(text, family) ? parseIp(text) : undefined));
  const sound = client !== undefined && server !== undefined && isPort(port) && rest.length === 1;
  return sound && isPort(rest[0] ?? '') ? { bytes, client: { host: client.text, port: Number(port) } } : 'bad';
}

/** IPv4 may be told as IPv6, by a proxy that listens on both with one socket. */
function isWritten(address: string, family: string | undefined): boolean {
  return family === (address.includes(':') ? 'TCP6' : 'TCP4');
}

function isPort(text: string): boolean {
  return /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}

function readV2(start: Buffer): ProxyHeader | 'more' | 'bad' {
  if (start.length < V2_FIXED_BYTES) return 'more';
  const [command, family] = [start.readUInt8(12), start.readUInt8(13)];
  const bytes = V2_FIXED_BYTES + start.readUInt16BE(14);
  if (bytes > bounds.proxyHeaderBytes) return 'bad';
  if (start.length < bytes) return 'more';
  const addresses = start.subarray(V2_FIXED_BYTES, bytes);
  if (command === 0x20) return { bytes };
  if (command !== 0x21) return 'bad';
  if (family === 0x11) return withClient(bytes, addresses, 4, 12);
  if (family === 0x21) return withClient(bytes, addresses, 16, 36);
  return isKnownFamily(family) ? { bytes } : 'bad';
}

/** Of addresses in the upper half and transports in the lower; a receiver need not make use of each. */
function isKnownFamily(family: number): boolean {
  return family >> 4 <= 3 && (family & 15) <= 2;
}

/** Source and destination address, then both ports; what follows are extensions. */
function withClient(bytes: number, addresses: Buffer, addressBytes: number, needed: number): ProxyHeader | 'bad' {
  if (addresses.length < needed) return 'bad';
  const host = ipOfBytes(addresses.subarray(0, addressBytes));
  return { bytes, client: { host, port: addresses.readUInt16BE(2 * addressBytes) } };
}
