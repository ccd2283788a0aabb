/** What the kernel knows of a UDP socket: its options, which are settled as it is opened, and nothing of a connection. */
import type { KernelView } from '../channel.js';

export function datagramViewOf(socket: { readonly settings: ReturnType<KernelView['settings']> }): KernelView {
  return {
    sample: () => undefined,
    congestion: () => undefined,
    settings: () => socket.settings,
    setBuffers: () => {},
    setOptions: () => {},
    socket: () => socket.settings,
    options: () => undefined,
  };
}
