/** Sockets and doors for UDP: the kernel's own calls on Linux with koffi, Node's `dgram` elsewhere. */
import type { Libc } from '../../../host/linux/libc.js';
import { libcIfAny } from '../../../host/linux/sockets.js';
import { LinuxDatagramDoor } from './linux-door.js';
import { openLinuxSocket } from './linux-socket.js';
import { openPortableDoor } from './portable-door.js';
import { openPortableSocket } from './portable-socket.js';
import type { ClientOptions, DatagramDoor, DatagramSocket } from './socket.js';

/** For tests: false is as if koffi were missing. */
interface Choice {
  readonly linux?: boolean;
}

/** Rejects with a WperfError that names an option that cannot be had, or with the system's error. */
export async function openDatagramSocket(options: ClientOptions, choice: Choice = {}): Promise<DatagramSocket> {
  const libc = libcFor(choice);
  return libc ? openLinuxSocket(libc, options) : openPortableSocket(options);
}

/** Without a host at all addresses. Rejects with the system's error, EADDRINUSE among them. */
export async function openDatagramDoor(
  at: { readonly host?: string; readonly port: number },
  choice: Choice = {},
): Promise<DatagramDoor> {
  const libc = libcFor(choice);
  return libc ? new LinuxDatagramDoor(libc, at) : openPortableDoor(at);
}

function libcFor({ linux = true }: Choice): Libc | undefined {
  return linux ? libcIfAny() : undefined;
}
