/**
 * Privileged probes on Linux: all of one flow (see flow.ts), sent by an ordinary or raw socket, with the ICMP errors
 * read from a raw one. A raw socket hears every ICMP message of this host, so only those count that quote a packet of
 * this very flow to this very target.
 */

import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { waits } from '../../defaults/index.js';
import type { TraceProtocol } from '../../events/route.js';
import { given } from '../../given.js';
import { Epoll } from '../../host/linux/epoll.js';
import type { Libc } from '../../host/linux/libc.js';
import { encodeSocketAddress, type SocketAddress } from '../../host/linux/socket-address.js';
import { arrivalStamps, linux, openLibc, realtimeNs } from '../../host/linux/sockets.js';
import { readAncillary } from '../packet/errqueue.js';
import { type Flow, icmpFlow, tcpFlow, udpFlow } from '../packet/flow.js';
import { answerTo, errorAbout } from '../packet/flow-match.js';
import { nextIcmpIdentifier } from '../packet/icmp-identifier.js';
import type { Probe, Prober, ProberOptions, Reply, TraceTarget } from '../prober.js';
import { passPorts } from './raw-filter.js';
import { listenToIcmp, packetHeard } from './raw-hearing.js';
import { SendClock } from './send-clock.js';
import { checkSent, icmpProtocol, LinuxSocket, type ReceivedMessage, socketRefusal } from './socket.js';

const allStamps = arrivalStamps | linux.SOF_TX_SOFTWARE | linux.SOF_OPT_ID | linux.SOF_OPT_TSONLY;

/** Throws a SystemError where the right to raw sockets is missing. */
export async function openLinuxRaw(options: ProberOptions): Promise<Prober> {
  const prober = new RawProber(openLibc(), options);
  await sleep(waits.kernelStampsMs);
  return prober;
}

class RawProber implements Prober {
  readonly name = 'linux-raw';
  readonly protocol: TraceProtocol;
  readonly port?: number;
  readonly #libc: Libc;
  readonly #target: TraceTarget;
  readonly #opened: LinuxSocket[] = [];
  readonly #icmp: LinuxSocket;
  readonly #sender: LinuxSocket;
  readonly #flow: Flow;
  readonly #epoll: Epoll;
  readonly #clock = new SendClock();

  constructor(libc: Libc, options: ProberOptions) {
    this.#libc = libc;
    this.#target = options.target;
    this.protocol = options.protocol;
    if (options.protocol !== 'icmp') this.port = options.port;
    try {
      this.#icmp = this.#openIcmp();
      const { sender, flow } = this.#openFlow(options);
      this.#sender = sender;
      this.#flow = flow;
      sender.set(linux.SOL_SOCKET, linux.SO_TIMESTAMPING, allStamps);
      this.#epoll = Epoll.over(libc, options.wake, this.#heard);
    } catch (thrown) {
      for (const socket of this.#opened) socket.close();
      throw thrown;
    }
  }

  send(probe: Probe): void {
    this.#sender.ttl = probe.ttl;
    const destination = encodeSocketAddress({ ...this.#target, port: this.protocol === 'udp' ? (this.port ?? 0) : 0 });
    const beforeNs = realtimeNs(this.#libc);
    const errno = this.#sender.sendTo(this.#flow.packet(probe.id), destination);
    checkSent(errno, this.#target);
    if (errno === 0) this.#clock.sent(probe.id, beforeNs);
  }

  receive(): readonly Reply[] {
    for (const { control } of this.#sender.drain(linux.MSG_ERRQUEUE)) this.#clock.note(readAncillary(control));
    const replies: Reply[] = [];
    for (const socket of this.#heard) {
      for (const message of socket.drain(0)) replies.push(...this.#replyOf(message, socket));
    }
    return replies;
  }

  close(): void {
    this.#epoll.close();
    for (const socket of this.#opened) socket.close();
  }

  /** ICMP probes go out by the very socket that hears the errors. */
  get #heard(): ReadonlySet<LinuxSocket> {
    return new Set([this.#icmp, this.#sender]);
  }

  #open(type: number, protocol: number): LinuxSocket {
    const socket = new LinuxSocket(this.#libc, this.#target.family, type, protocol);
    this.#opened.push(socket);
    return socket;
  }

  #openIcmp(): LinuxSocket {
    const { family } = this.#target;
    const socket = this.#open(linux.SOCK_RAW, icmpProtocol(family));
    listenToIcmp(socket, family === 4 ? [0, 3, 11] : [1, 2, 3, 129]);
    return socket;
  }

  #openFlow({ protocol, port, target }: ProberOptions): { sender: LinuxSocket; flow: Flow } {
    if (protocol === 'icmp') {
      return { sender: this.#icmp, flow: icmpFlow(target.family, nextIcmpIdentifier(), randomBytes(8)) };
    }
    if (protocol === 'tcp') return this.#openTcpFlow(port);
    const sender = this.#open(linux.SOCK_DGRAM, linux.IPPROTO_UDP);
    sender.bind(anyAddress(target));
    return { sender, flow: udpFlow({ source: sender.localAddress().port, destination: port }) };
  }

  /** An ordinary socket holds the source port, so that the kernel gives it to nobody and resets what is answered. */
  #openTcpFlow(port: number): { sender: LinuxSocket; flow: Flow } {
    const target = this.#target;
    const holder = this.#open(linux.SOCK_STREAM, linux.IPPROTO_TCP);
    holder.bind(anyAddress(target));
    const source = holder.localAddress().port;
    const sender = this.#open(linux.SOCK_RAW, linux.IPPROTO_TCP);
    passPorts(this.#libc, sender, { source: port, destination: source });
    if (target.family === 6) sender.set(linux.SOL_IPV6, linux.IPV6_RECVHOPLIMIT, 1);
    const ends = { sourceIp: this.#sourceIp(), destinationIp: target.ip, source, destination: port };
    return { sender, flow: tcpFlow(ends, randomInt(2 ** 32)) };
  }

  /** The address that the routing table picks; a connected UDP socket learns it without sending anything. */
  #sourceIp(): string {
    const scout = this.#open(linux.SOCK_DGRAM, linux.IPPROTO_UDP);
    const errno = scout.connect({ ...this.#target, port: 9 });
    if (errno !== 0) throw socketRefusal(errno, this.#target);
    return scout.localAddress().ip;
  }

  #replyOf(message: ReceivedMessage, socket: LinuxSocket): Reply[] {
    const packet = packetHeard(this.#target.family, message);
    if (packet === undefined) return [];
    const { from, stampNs } = packet;
    const found =
      (socket === this.#sender ? answerTo(this.#flow, this.#target, from, packet.payload) : undefined) ??
      (socket === this.#icmp ? errorAbout(this.#flow, this.#target, packet.payload) : undefined);
    const rttMs = found && this.#clock.rttMs(found.id, stampNs ?? realtimeNs(this.#libc));
    if (found === undefined || rttMs === undefined) return [];
    return [{ ...found, from, rttMs, ...given({ replyTtl: packet.ttl }) }];
  }
}

function anyAddress({ family }: TraceTarget): SocketAddress {
  return { ip: family === 4 ? '0.0.0.0' : '::', port: 0, scopeId: 0 };
}
