/** A non-blocking Linux socket of our own: opened, bound, connected and closed. */
import type { Family } from '../../net/ip.js';
import type { Libc } from './libc.js';
import { decodeSocketAddress, domainOf, encodeSocketAddress, type SocketAddress } from './socket-address.js';
import { SocketOptions } from './socket-options.js';
import { checked, linux, SystemError, stableMemory } from './sockets.js';

/** A `struct sockaddr_storage`. */
const ADDRESS_BYTES = 128;

export class KernelSocket extends SocketOptions {
  /** Throws a SystemError when the kernel refuses. */
  constructor(libc: Libc, family: Family, type: number, protocol: number) {
    const kind = type | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC;
    super(libc, checked(libc, 'socket', domainOf(family), kind, protocol), family);
  }

  /** Takes the pending error, so that it does not fail the next call; 0 is none. */
  takeError(): number {
    return this.get(linux.SOL_SOCKET, linux.SO_ERROR);
  }

  bind(address: SocketAddress): void {
    const encoded = encodeSocketAddress(address, this.family);
    checked(this.libc, 'bind', this.fd, encoded, encoded.length);
  }

  /** 0 or the errno, since EINPROGRESS and refusals are ordinary outcomes. */
  connect(address: SocketAddress): number {
    const encoded = encodeSocketAddress(address, this.family);
    const result = this.libc.calls.connect(this.fd, encoded, encoded.length);
    return result === 0 ? 0 : this.libc.errno();
  }

  localAddress(): SocketAddress {
    const memory = stableMemory(ADDRESS_BYTES);
    const length = stableMemory(4);
    length.writeUInt32LE(memory.length, 0);
    checked(this.libc, 'getsockname', this.fd, memory, length);
    const address = decodeSocketAddress(memory.subarray(0, length.readUInt32LE(0)));
    if (address === undefined) throw new SystemError('getsockname', linux.EACCES);
    return address;
  }

  /** 0 or the errno. `to` is an encoded socket address. */
  sendTo(data: Buffer, to: Buffer): number {
    const sent = this.libc.calls.sendto(this.fd, data, data.length, 0, to, to.length);
    return Number(sent) < 0 ? this.libc.errno() : 0;
  }

  close(): void {
    this.libc.calls.close(this.fd);
  }
}
