/** Sockets and doors for UDP: the kernel's own calls on Linux with koffi, Node's `dgram` where those cannot be had. */
import type { Libc } from '../../../host/linux/libc.js';
import { libcIfAny, SystemError } from '../../../host/linux/sockets.js';
import { LinuxDatagramDoor } from './linux-door.js';
import { openLinuxSocket } from './linux-socket.js';
import { openPortableDoor } from './portable-door.js';
import { openPortableSocket } from './portable-socket.js';
import type { ClientOptions, DatagramDoor, DatagramSocket } from './socket.js';

/** For tests: the kernel's calls; false is as if koffi were missing. */
interface Choice {
  readonly linux?: Libc | false;
}

/** How a kernel that is emulated says that it knows an option or a call not at all. */
const unknown: readonly string[] = ['ENOPROTOOPT', 'ENOSYS', 'EOPNOTSUPP'];

/** Rejects with a WperfError that names an option that cannot be had, or with the system's error. */
export async function openDatagramSocket(options: ClientOptions, choice: Choice = {}): Promise<DatagramSocket> {
  return open(
    choice,
    (libc) => openLinuxSocket(libc, options),
    () => openPortableSocket(options),
  );
}

/** Without a host at all addresses. Rejects with the system's error, EADDRINUSE among them. */
export async function openDatagramDoor(
  at: { readonly host?: string; readonly port: number },
  choice: Choice = {},
): Promise<DatagramDoor> {
  return open(
    choice,
    (libc) => new LinuxDatagramDoor(libc, at),
    () => openPortableDoor(at),
  );
}

function open<T>({ linux }: Choice, byKernel: (libc: Libc) => T, portably: () => T | Promise<T>): T | Promise<T> {
  const libc = linux ?? libcIfAny();
  if (!libc) return portably();
  try {
    return byKernel(libc);
  } catch (thrown) {
    if (thrown instanceof SystemError && unknown.includes(thrown.code)) return portably();
    throw thrown;
  }
}
