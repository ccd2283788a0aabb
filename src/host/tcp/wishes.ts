/** The options of a TCP socket that a user can ask for, as Linux sets them. Called through the optional package koffi. */
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { WperfError } from '../../errors.js';
import { attempt, given } from '../../given.js';
import type { Family } from '../../net/ip.js';
import type { SocketWishes } from '../../plan/plan.js';
import { sizeText } from '../../units.js';
import { interfaceNumbers } from '../interfaces.js';
import { KernelSocket } from '../linux/kernel-socket.js';
import type { Libc } from '../linux/libc.js';
import { SocketOptions } from '../linux/socket-options.js';
import { linux, openLibc, orClosed, SystemError } from '../linux/sockets.js';
import { interfaceName } from '../zone.js';

/** Those that need the kernel's own calls; a local port does not. */
export type OptionWishes = Omit<SocketWishes, 'localPort'>;

const { ENOENT } = constants.errno;

type Wish = Exclude<keyof OptionWishes, 'deviceOfBind'>;

/** Whose socket it is, for errors. */
export type Owner = 'this machine' | 'the server';

/** As the user asked for them. In the order in which they are set. */
const labels: Readonly<Record<Wish, string>> = {
  device: '--bind-dev',
  mssBytes: '-M/--set-mss',
  congestion: '-C/--congestion',
  windowBytes: '-w/--window',
  tos: '-S/--tos or --dscp',
  dontFragment: '--dont-fragment',
};

const labelOfBind = '-B/--bind ADDRESS%';

function isOfBind(wish: Wish, { deviceOfBind }: OptionWishes): boolean {
  return wish === 'device' && deviceOfBind === true;
}

/** A socket that is not connected yet, for options that the first segment depends on. Throws WperfError or SystemError. */
export function openTcpSocket(family: Family, wishes: OptionWishes): number {
  const socket = new KernelSocket(libcFor(wishes, 'this machine'), family, linux.SOCK_STREAM, 0);
  return orClosed(socket, () => {
    setWishes(socket, wishes, 'this machine');
    return socket.fd;
  });
}

/** What is asked of a connection that stands. Throws a WperfError. */
export function setOnConnection(fd: number | undefined, family: Family, wishes: OptionWishes, owner: Owner): void {
  const libc = libcFor(wishes, owner);
  if (fd === undefined) throw unavailable(wishes, owner, 'the connection is gone', undefined);
  setWishes(new SocketOptions(libc, fd, family), wishes, owner);
}

/** Throws where any are asked, since there is no way to the kernel's own calls. */
export function refuseWishes(wishes: OptionWishes, owner: Owner): void {
  if (wishesOf(wishes).length > 0) throw unavailable(wishes, owner, 'UDP goes through Node here', undefined);
}

function libcFor(wishes: OptionWishes, owner: Owner): Libc {
  try {
    return openLibc();
  } catch (cause) {
    throw unavailable(wishes, owner, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function unavailable(wishes: OptionWishes, owner: Owner, why: string, cause: unknown): WperfError {
  const asked = wishesOf(wishes).map((wish) => (isOfBind(wish, wishes) ? labelOfBind : labels[wish]));
  return refusal(`${asked.join(', ')} cannot be set at ${owner}`, why, cause);
}

/** On a socket of our own. Throws a WperfError that begins with the option. */
export function setWishes(options: SocketOptions, wishes: OptionWishes, owner: Owner): void {
  for (const wish of wishesOf(wishes)) {
    try {
      if (wish === 'congestion' && owner === 'the server') checkLoaded(wishes.congestion);
      setWish(options, wish, wishes);
    } catch (thrown) {
      const { code } = thrown as SystemError;
      const text = `${shown(wish, wishes)}: ${ruleOf(wish, code, owner)}`;
      throw refusal(text, adviceOf(wish, code), thrown);
    }
    if (wish === 'windowBytes') checkWindow(options, wishes.windowBytes, owner);
  }
}

/** A kernel that is asked by root loads what it lacks, and a client shall not have a server load anything. */
function checkLoaded(algorithm = ''): void {
  if (!algorithms('available').split(', ').includes(algorithm)) throw new SystemError('setsockopt', ENOENT);
}

function wishesOf(wishes: OptionWishes): Wish[] {
  return (Object.keys(labels) as Wish[]).filter((wish) => wishes[wish] !== undefined && wishes[wish] !== false);
}

function setWish(options: SocketOptions, wish: Wish, wishes: OptionWishes): void {
  const { device, mssBytes, congestion, windowBytes, tos } = given(wishes);
  if (wish === 'device') options.setBytes(linux.SOL_SOCKET, linux.SO_BINDTODEVICE, nameBytes(deviceName(device)));
  else if (wish === 'mssBytes') options.set(linux.IPPROTO_TCP, linux.TCP_MAXSEG, mssBytes ?? 0);
  else if (wish === 'congestion') options.setBytes(linux.IPPROTO_TCP, linux.TCP_CONGESTION, nameBytes(congestion));
  else if (wish === 'tos') options.tos = tos ?? 0;
  else if (wish === 'dontFragment') options.pathDiscovery = linux.PMTUDISC_DO;
  else {
    options.set(linux.SOL_SOCKET, linux.SO_SNDBUF, windowBytes ?? 0);
    options.set(linux.SOL_SOCKET, linux.SO_RCVBUF, windowBytes ?? 0);
  }
}

/** Linux gives twice what is asked, and no more than its ceiling without a word. As in iperf3, less than asked is an error. */
function checkWindow(options: SocketOptions, asked = 0, owner: Owner): void {
  for (const [name, option] of [
    ['wmem_max', linux.SO_SNDBUF],
    ['rmem_max', linux.SO_RCVBUF],
  ] as const) {
    const actual = options.get(linux.SOL_SOCKET, option);
    if (actual >= asked) continue;
    const text = `${labels.windowBytes} ${sizeText(asked)}: the kernel of ${owner} gives no more than ${sizeText(actual)}`;
    throw refusal(text, `ask for less, or raise net.core.${name} of ${owner}`, undefined);
  }
}

function shown(wish: Wish, wishes: OptionWishes): string {
  const value = wishes[wish];
  if (isOfBind(wish, wishes)) return `${labelOfBind}${value}`;
  if (value === true) return labels[wish];
  return `${labels[wish]} ${wish === 'windowBytes' ? sizeText(Number(value)) : value}`;
}

function ruleOf(wish: Wish, code: string, owner: Owner): string {
  if (wish === 'device' && code === 'ENODEV') return `${owner} has no such network interface`;
  if (wish === 'congestion' && code === 'ENOENT') return `${owner} has no such algorithm`;
  if (code === 'EPERM' || code === 'EACCES') return `${owner} does not allow it to this user`;
  return `the kernel of ${owner} refuses it (${code})`;
}

function adviceOf(wish: Wish, code: string): string {
  if (wish === 'device' && code === 'ENODEV') return `it has ${[...interfaceNumbers().keys()].join(', ')}`;
  if (wish === 'congestion' && code === 'ENOENT') return `it has ${algorithms('available')}`;
  if (wish === 'congestion' && code === 'EPERM') return `it allows ${algorithms('allowed')}`;
  return 'leave it out';
}

function algorithms(which: 'available' | 'allowed'): string {
  const text = attempt(() => readFileSync(`/proc/sys/net/ipv4/tcp_${which}_congestion_control`, 'latin1'));
  return text?.trim().split(/\s+/).join(', ') ?? 'others';
}

/** The kernel takes a name, and users a number too, as in a zone. */
function deviceName(device = ''): string {
  return interfaceName(device) ?? device;
}

function nameBytes(name = ''): Buffer {
  return Buffer.from(`${name}\0`, 'latin1');
}

function refusal(text: string, hint: string, cause: unknown): WperfError {
  return new WperfError('socket-option', text, { operation: 'connect', hint, cause });
}
