/** The congestion controls that a throughput is measured under: each changes who wins. */
import { readFileSync } from 'node:fs';
import { output } from '../test/support/processes.js';
import type { Later } from '../test/support/undo.js';

const common = ['bbr', 'cubic'];

/** Those in common use that this kernel offers; none where it does not tell, and then its own holds. */
export function congestionControls(): readonly string[] {
  return read('tcp_available_congestion_control').filter((name) => common.includes(name));
}

/** How programs are run under one: in a network namespace that has it, or with what asks for it of each connection. */
export interface Condition {
  readonly within: readonly string[];
  readonly control?: string;
}

/** A namespace where one may be made and its kernel lets it have the control; removed later. */
export async function conditionOf(control: string | undefined, later: Later): Promise<Condition> {
  if (control === undefined) return { within: [] };
  const name = `wperf-bench-${process.pid}-${control}`;
  const within = ['ip', 'netns', 'exec', name];
  try {
    await output(['ip', 'netns', 'add', name]);
    later(async () => void (await output(['ip', 'netns', 'del', name])));
    await output(['ip', '-n', name, 'link', 'set', 'lo', 'up']);
    await output([...within, 'sysctl', '-qw', `net.ipv4.tcp_congestion_control=${control}`]);
    return { within };
  } catch {
    return { within: [], control };
  }
}

function read(name: string): string[] {
  try {
    return readFileSync(`/proc/sys/net/ipv4/${name}`, 'latin1').trim().split(/\s+/);
  } catch {
    return [];
  }
}
