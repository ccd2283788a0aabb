/** What child processes used, from the kernel's own accounts (Linux /proc). */
import { readFileSync } from 'node:fs';
import { type Finished, type Running, start } from '../test/support/processes.js';
import type { Later } from '../test/support/undo.js';
import type { Usage } from './measurement.js';

/** The unit of times in /proc on every Linux platform (USER_HZ). */
const ticksPerSecond = 100;
const memoryPollMs = 50;

export interface Pair {
  readonly finished: Finished;
  readonly client: Usage;
  readonly server: Usage;
}

/**
 * Runs a client to its end beside a server, then stops the server. The CPU time of a child that has been waited for is
 * added by the kernel to its parent's account, so the differences around each end are exact for a process's whole life.
 * Nothing else may be run
 * meanwhile, and the server must not end by itself: it is stopped when `serverIsDone`.
 */
export async function measurePair(
  later: Later,
  server: Running,
  clientArgv: readonly string[],
  timeoutSeconds: number,
  serverIsDone: () => Promise<unknown> = async () => {},
): Promise<Pair> {
  const serverMemory = watchMemory(server.pid);
  const atStart = childrenCpuSeconds();
  const client = await start(later, clientArgv);
  const clientMemory = watchMemory(client.pid);
  const killer = setTimeout(() => client.signal('SIGKILL'), timeoutSeconds * 1000);
  const finished = await client.finished;
  clearTimeout(killer);
  const afterClient = childrenCpuSeconds();
  await serverIsDone();
  const serverPeak = serverMemory();
  await server.stop();
  const afterServer = childrenCpuSeconds();
  return {
    finished,
    client: { cpuSeconds: afterClient - atStart, peakBytes: clientMemory() },
    server: { cpuSeconds: afterServer - afterClient, peakBytes: serverPeak },
  };
}

/** User and system time of all children that have ended: fields 16 and 17 of proc(5) stat. */
function childrenCpuSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  // The second field, a name in parentheses, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

/** Follows a process's peak resident memory; the function returned ends that and gives the peak. */
function watchMemory(pid: number): () => number {
  let peakBytes = 0;
  const read = () => {
    try {
      const kibibytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
      if (kibibytes !== undefined) peakBytes = Number(kibibytes) * 1024;
    } catch {
      // The process has ended; its last peak stands.
    }
  };
  const timer = setInterval(read, memoryPollMs);
  read();
  return () => {
    clearInterval(timer);
    read();
    return peakBytes;
  };
}
