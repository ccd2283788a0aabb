/** IP addresses: their one form as text (RFC 5952), their bytes, their family and zone. Pure. */

export type Family = 4 | 6;

export interface Ip {
  /** Canonical and without a zone: lower case, shortest, and IPv4 that comes as IPv6 (RFC 4291, section 2.5.5.2) as IPv4. */
  readonly text: string;
  readonly family: Family;
  /** 4 or 16. */
  readonly bytes: Uint8Array;
  /** Interface of a link-local address, as in `fe80::1%eth0`. */
  readonly zone?: string;
}

/** Undefined where the text is no IP address. */
export function parseIp(text: string): Ip | undefined {
  const [, address = '', zone] = /^([\d.]+|[\da-f:.]+)(?:%([\w.:@-]+))?$/i.exec(text) ?? [];
  const bytes = address.includes(':') ? bytesOfIpv6(address) : zone === undefined ? bytesOfIpv4(address) : undefined;
  return bytes && { ...ipOf(bytes), ...(zone !== undefined && { zone }) };
}

/** The canonical text of an address without its zone; undefined where the text is no IP address. */
export function canonicalIp(text: string): string | undefined {
  return parseIp(text)?.text;
}

/** The canonical text with its zone; any other text as it is. */
export function canonicalHost(text: string): string {
  const ip = parseIp(text);
  if (ip === undefined) return text;
  return ip.zone === undefined || ip.family === 4 ? ip.text : `${ip.text}%${ip.zone}`;
}

export function familyOf(text: string): Family | undefined {
  return parseIp(text)?.family;
}

/** Whether it is an IPv6 address in its own notation, be it one of IPv4 within. */
export function isIpv6Text(text: string): boolean {
  return text.includes(':') && parseIp(text) !== undefined;
}

/** A link-local address is one of an interface, which its zone names (RFC 4007, section 6). */
export function lacksZone(text: string): boolean {
  const { bytes: [first = 0, second = 0] = [], family, zone } = parseIp(text) ?? {};
  return family === 6 && zone === undefined && first === 0xfe && (second & 0xc0) === 0x80;
}

/** What an address is that is of no one host, in words; undefined of any other. */
export function noHostWords({ family, bytes }: Pick<Ip, 'family' | 'bytes'>): string | undefined {
  const [first = 0] = bytes;
  if (bytes.every((byte) => byte === 0)) return 'the address of no host';
  if (family === 6 ? first === 0xff : first >> 4 === 0xe) return 'an address of a group of hosts';
  return family === 4 && bytes.every((byte) => byte === 0xff) ? 'the address of all hosts' : undefined;
}

/** The bytes of an address; undefined where the text is none. */
export function bytesOfIp(text: string): Uint8Array | undefined {
  return parseIp(text)?.bytes;
}

/** The address in 4 or 16 bytes; any other length is a mistake of the caller. */
export function ipOfBytes(bytes: Uint8Array): string {
  return ipOf(bytes).text;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function ipOf(given: Uint8Array): Ip {
  const bytes = isMapped(given) ? given.subarray(12) : given;
  if (bytes.length === 4) return { text: bytes.join('.'), family: 4, bytes };
  if (bytes.length !== 16) throw new RangeError(`an address has 4 or 16 bytes, not ${bytes.length}`);
  return { text: textOfGroups(groupsOf(bytes)), family: 6, bytes };
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes.subarray(0, 12).every((byte, index) => byte === (index < 10 ? 0 : 0xff));
}

/** No leading zeros: some systems read them as octal. */
function bytesOfIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  const isSound = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
  return isSound ? Uint8Array.from(parts, Number) : undefined;
}

function bytesOfIpv6(text: string): Uint8Array | undefined {
  const halves = hexThroughout(text).split('::').map(groupsOfText);
  const [left, right] = halves;
  if (left === undefined || halves.length > 2 || halves.some((half) => half === undefined)) return undefined;
  const missing = 8 - left.length - (right?.length ?? 0);
  if (right === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array<number>(missing).fill(0), ...(right ?? [])];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** IPv4 may stand for the last two groups. */
function hexThroughout(text: string): string {
  return text.replace(/:([\d.]*\.[\d.]*)$/, (whole, dotted: string) => {
    const bytes = bytesOfIpv4(dotted);
    return bytes === undefined ? whole : `:${groupsOf(bytes).map(hex).join(':')}`;
  });
}

function groupsOfText(text: string): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  return parts.every((part) => /^[\da-f]{1,4}$/i.test(part))
    ? parts.map((part) => Number.parseInt(part, 16))
    : undefined;
}

function groupsOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 2 }, (_, index) => view.getUint16(index * 2));
}

function hex(group: number): string {
  return group.toString(16);
}

function textOfGroups(groups: readonly number[]): string {
  const written = groups.map(hex);
  const zeros = longestZeroRun(groups);
  if (zeros.length < 2) return written.join(':');
  return `${written.slice(0, zeros.start).join(':')}::${written.slice(zeros.start + zeros.length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}
