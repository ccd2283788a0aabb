/**
 * The threads in which V8 compiles and collects beside the program. When a program begins to send they are at their
 * busiest, and take a processor for some milliseconds from whoever receives on this machine, whose socket may have room
 * for two. Under SCHED_IDLE (sched(7)) they run where a processor is free.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { attempt } from '../../given.js';
import type { Libc } from './libc.js';
import { linux, stableMemory } from './sockets.js';

/** Until what is returned is called. Without the right to undo it (CAP_SYS_NICE) nothing is done. */
export function holdBackHelpers(libc: Libc): () => void {
  const { sched_getscheduler: policyOf, sched_setscheduler: setPolicy } = libc.calls;
  const isUsual = policyOf(0) === linux.SCHED_OTHER;
  const helpers = isUsual ? helperThreads() : [];
  const held = new Set(helpers.length > 0 && mayUndo() ? helpers : []);
  // `struct sched_param`, of no meaning for either policy.
  const priority = stableMemory(4);
  for (const thread of held) setPolicy(thread, linux.SCHED_IDLE, priority);
  return () => {
    for (const thread of helperThreads()) if (held.has(thread)) setPolicy(thread, linux.SCHED_OTHER, priority);
  };
}

const CAP_SYS_NICE = 23n;

function mayUndo(): boolean {
  const [, capabilities] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return capabilities !== undefined && ((BigInt(`0x${capabilities}`) >> CAP_SYS_NICE) & 1n) === 1n;
}

/** All but the one that runs the program; none where that cannot be told. */
function helperThreads(): number[] {
  const threads = attempt(() => readdirSync('/proc/self/task')) ?? [];
  return threads.map(Number).filter((thread) => thread !== process.pid);
}
