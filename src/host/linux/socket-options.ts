/** Options of a Linux socket, whoever opened it. */
import type { Family } from '../../net/ip.js';
import type { Libc } from './libc.js';
import { checked, linux, stableMemory } from './sockets.js';

export class SocketOptions {
  readonly fd: number;
  readonly family: Family;
  protected readonly libc: Libc;
  readonly #option = stableMemory(4);
  readonly #length = stableMemory(4);

  constructor(libc: Libc, fd: number, family: Family) {
    this.libc = libc;
    this.fd = fd;
    this.family = family;
  }

  set(level: number, option: number, value: number): void {
    this.#option.writeInt32LE(value, 0);
    checked(this.libc, 'setsockopt', this.fd, level, option, this.#option, 4);
  }

  get(level: number, option: number): number {
    return this.getBytes(level, option, 4).readInt32LE(0);
  }

  setBytes(level: number, option: number, value: Buffer): void {
    checked(this.libc, 'setsockopt', this.fd, level, option, value, value.length);
  }

  /** At most `bytes` of the option's value, as many as the kernel has. */
  getBytes(level: number, option: number, bytes: number): Buffer {
    const memory = stableMemory(bytes);
    this.#length.writeUInt32LE(bytes, 0);
    checked(this.libc, 'getsockopt', this.fd, level, option, memory, this.#length);
    return memory.subarray(0, Math.min(bytes, this.#length.readUInt32LE(0)));
  }

  get ttl(): number {
    return this.get(...this.#ttlOption);
  }

  set ttl(ttl: number) {
    this.set(...this.#ttlOption, ttl);
  }

  /** Type of service, in IPv6 the traffic class: one octet. */
  get tos(): number {
    return this.get(...this.#tosOption);
  }

  set tos(tos: number) {
    this.set(...this.#tosOption, tos);
  }

  /** Of IP_PMTUDISC_...: what becomes of datagrams that are too long for the path. */
  get pathDiscovery(): number {
    return this.get(...this.#discoveryOption);
  }

  set pathDiscovery(discovery: number) {
    this.set(...this.#discoveryOption, discovery);
  }

  get #discoveryOption(): readonly [level: number, option: number] {
    return this.family === 4 ? [linux.SOL_IP, linux.IP_MTU_DISCOVER] : [linux.SOL_IPV6, linux.IPV6_MTU_DISCOVER];
  }

  get #tosOption(): readonly [level: number, option: number] {
    return this.family === 4 ? [linux.SOL_IP, linux.IP_TOS] : [linux.SOL_IPV6, linux.IPV6_TCLASS];
  }

  get #ttlOption(): readonly [level: number, option: number] {
    return this.family === 4 ? [linux.SOL_IP, linux.IP_TTL] : [linux.SOL_IPV6, linux.IPV6_UNICAST_HOPS];
  }
}
