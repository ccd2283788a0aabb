/**
 * ICMP probes through the optional package raw-socket: the portable way for administrators, on systems other than
 * Linux or where koffi is missing. Its time stamps are taken in this process, so a busy event loop shows in them.
 */

import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { given } from '../given.js';
import { nativePackage } from '../package.js';
import { SendClock } from './linux/send-clock.js';
import { sendRefusal } from './linux/socket.js';
import { type Flow, icmpFlow } from './packet/flow.js';
import { answerTo, errorAbout } from './packet/flow-match.js';
import { nextIcmpIdentifier } from './packet/icmp-identifier.js';
import { parseIpPacket } from './packet/quoted.js';
import type { Probe, Prober, ProberOptions, Reply, TraceTarget } from './prober.js';

const messageBytes = 2048;

/** What is used of the package, which has no types of its own. */
interface RawSocketPackage {
  /** Throws where raw sockets are not allowed. Emits `message` (buffer, source); the next one reuses the buffer. */
  createSocket(options: { protocol: number; addressFamily: number; bufferSize: number }): RawSocket;
  readonly Protocol: Readonly<Record<'ICMP' | 'ICMPv6', number>>;
  readonly AddressFamily: Readonly<Record<'IPv4' | 'IPv6', number>>;
  readonly SocketLevel: Readonly<Record<'IPPROTO_IP' | 'IPPROTO_IPV6', number>>;
  readonly SocketOption: Readonly<Record<'IP_TTL' | 'IPV6_UNICAST_HOPS', number>>;
}

interface RawSocket extends EventEmitter {
  /** `before` runs right before the system call, `after` when it was made. */
  send(
    buffer: Buffer,
    offset: number,
    length: number,
    address: string,
    before: () => void,
    after: (error: Error | null) => void,
  ): this;
  setOption(level: number, option: number, value: number): void;
  close(): this;
}

/** Throws an Error that says why: another protocol than ICMP, no such package, no right to raw sockets. */
export async function openRawSocket(options: ProberOptions): Promise<Prober> {
  if (options.protocol !== 'icmp') throw new Error('sends ICMP probes only');
  return new RawSocketProber(loadPackage(), options);
}

function loadPackage(): RawSocketPackage {
  try {
    return nativePackage('raw-socket') as RawSocketPackage;
  } catch (cause) {
    throw new Error('the optional package raw-socket is not installed', { cause });
  }
}

class RawSocketProber implements Prober {
  readonly name = 'raw-socket';
  readonly protocol = 'icmp';
  readonly #target: TraceTarget;
  readonly #socket: RawSocket;
  readonly #setTtl: (ttl: number) => void;
  readonly #flow: Flow;
  readonly #clock = new SendClock();
  readonly #wake: () => void;
  #replies: Reply[] = [];
  #hasSent = false;
  /** Of the very first probe: a later one is just lost. */
  #refusal: Error | undefined;

  constructor(raw: RawSocketPackage, { target, wake }: ProberOptions) {
    const v4 = target.family === 4;
    this.#target = target;
    this.#wake = wake;
    this.#flow = icmpFlow(target.family, nextIcmpIdentifier(), randomBytes(8));
    this.#socket = raw.createSocket({
      protocol: v4 ? raw.Protocol.ICMP : raw.Protocol.ICMPv6,
      addressFamily: v4 ? raw.AddressFamily.IPv4 : raw.AddressFamily.IPv6,
      bufferSize: messageBytes,
    });
    const level = v4 ? raw.SocketLevel.IPPROTO_IP : raw.SocketLevel.IPPROTO_IPV6;
    const option = v4 ? raw.SocketOption.IP_TTL : raw.SocketOption.IPV6_UNICAST_HOPS;
    this.#setTtl = (ttl) => this.#socket.setOption(level, option, ttl);
    this.#socket.on('message', (message: Buffer, source: string) => {
      this.#replies.push(...this.#replyOf(Buffer.from(message), source, process.hrtime.bigint()));
      wake();
    });
    // What cannot be sent or read is a probe lost, which its timeout tells.
    this.#socket.on('error', () => undefined);
  }

  send(probe: Probe): void {
    const packet = this.#flow.packet(probe.id);
    const before = () => {
      this.#setTtl(probe.ttl);
      this.#clock.sent(probe.id, process.hrtime.bigint());
    };
    this.#socket.send(packet, 0, packet.length, this.#target.ip, before, (error) => this.#sent(error));
  }

  receive(): readonly Reply[] {
    if (this.#refusal !== undefined) throw sendRefusal(this.#refusal.message, this.#refusal, this.#target);
    const replies = this.#replies;
    this.#replies = [];
    return replies;
  }

  close(): void {
    this.#socket.close();
  }

  #sent(error: Error | null): void {
    if (error !== null && !this.#hasSent) {
      this.#refusal = error;
      this.#wake();
    }
    this.#hasSent = true;
  }

  #replyOf(message: Buffer, from: string, arrivalNs: bigint): Reply[] {
    // IPv4 raw sockets hand over the IP header, IPv6 ones do not.
    const packet = this.#target.family === 4 ? parseIpPacket(4, message) : { payload: message, ttl: undefined };
    if (packet === undefined) return [];
    const found =
      answerTo(this.#flow, this.#target, from, packet.payload) ?? errorAbout(this.#flow, this.#target, packet.payload);
    const rttMs = found && this.#clock.rttMs(found.id, arrivalNs);
    if (found === undefined || rttMs === undefined) return [];
    return [{ ...found, from, rttMs, ...given({ replyTtl: packet.ttl }) }];
  }
}
