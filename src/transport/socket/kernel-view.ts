import type { Duplex } from 'node:stream';
import { readCongestion, readSettings, readTcpInfo, setBuffers } from '../../host/tcp/options.js';
import type { KernelView } from '../channel.js';
import { descriptorOf } from './descriptor.js';

/** What the kernel knows of a TCP connection; nothing once it is closed. */
export function kernelViewOf(socket: Duplex): KernelView {
  return {
    sample: () => readTcpInfo(descriptorOf(socket)),
    congestion: () => readCongestion(descriptorOf(socket)),
    settings: (asked) => readSettings(descriptorOf(socket), asked),
    setBuffers: (sizes) => setBuffers(descriptorOf(socket), sizes),
  };
}
