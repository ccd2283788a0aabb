/** What the kernel knows of a TCP connection, and can be told; nothing once it is closed. */
import type { Duplex } from 'node:stream';
import { SocketOptions } from '../../host/linux/socket-options.js';
import { openLibc } from '../../host/linux/sockets.js';
import {
  readCongestion,
  readFacts,
  readSettings,
  readTcpInfo,
  setBuffers,
  withOptions,
} from '../../host/tcp/options.js';
import { setOnConnection } from '../../host/tcp/wishes.js';
import type { ChannelInfo, KernelOptions, KernelView } from '../channel.js';
import { descriptorOf } from './descriptor.js';

export function kernelViewOf(socket: Duplex, { remoteHost }: ChannelInfo): KernelView {
  const family = remoteHost.includes(':') ? 6 : 4;
  const ask = <T>(use: (options: SocketOptions) => T) => withOptions(descriptorOf(socket), family, use);
  return {
    sample: () => ask(readTcpInfo),
    congestion: () => ask(readCongestion),
    settings: (asked) => ask((options) => readSettings(options, asked)) ?? {},
    setBuffers: (sizes) => ask((options) => setBuffers(options, sizes)),
    socket: () => ask(readFacts) ?? {},
    setOptions: (wishes) => setOnConnection(descriptorOf(socket), family, wishes, 'the server'),
    options() {
      const fd = descriptorOf(socket);
      return fd === undefined ? undefined : new LiveOptions(socket, fd, family);
    },
  };
}

/** A descriptor that is closed may be another connection's. */
class LiveOptions extends SocketOptions implements KernelOptions {
  readonly #socket: Duplex;

  constructor(socket: Duplex, fd: number, family: 4 | 6) {
    super(openLibc(), fd, family);
    this.#socket = socket;
  }

  get isOpen(): boolean {
    return descriptorOf(this.#socket) === this.fd;
  }
}
