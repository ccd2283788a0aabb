/** Traces run in a child process inside a network, their hops, and those that Debian's traceroute sees there. */
import { isIP } from 'node:net';
import type { TraceEnd, TraceHop, TraceStart } from '../../../src/events/route.js';
import type { TraceOptions } from '../../../src/trace/options.js';
import { repositoryFile } from '../../support/folders.js';
import { networkNamespaces, program } from '../../support/needs.js';
import { output } from '../../support/processes.js';
import { asNobody, type Within } from './network.js';

export const traceNeeds = [
  networkNamespaces,
  program('traceroute'),
  program('ping', 'iputils-ping'),
  program('setpriv', 'util-linux'),
];

export interface TraceResult {
  readonly start: TraceStart | undefined;
  readonly hops: readonly TraceHop[];
  readonly end: TraceEnd | undefined;
  readonly error: { readonly code: string; readonly line: string } | undefined;
}

export interface RunOptions {
  readonly network: Within;
  readonly user: 'root' | 'nobody';
  /** The event loop is blocked for so long again and again. */
  readonly busyMs?: number;
  /** Packages that cannot be found. */
  readonly without?: readonly string[];
}

/** All at once in one process. */
export async function runTraces(options: RunOptions, traces: readonly TraceOptions[]): Promise<TraceResult[]> {
  const { network, user, busyMs = 0, without = [] } = options;
  const rights = user === 'nobody' ? asNobody : [];
  const words = [...rights, ...script('run-traces.mjs'), JSON.stringify({ traces, busyMs, without })];
  const lists: { type: string }[][] = JSON.parse(await output(words, { within: network('client') }));
  return lists.map(resultOf);
}

export async function runTrace(options: RunOptions, trace: TraceOptions): Promise<TraceResult> {
  const [result] = await runTraces(options, [trace]);
  if (result === undefined) throw new Error('no result');
  return result;
}

/** The words that run a script of this folder on the built program. */
export function script(name: string): readonly string[] {
  return [process.execPath, repositoryFile('test', 'trace', 'support', name), repositoryFile('dist')];
}

/** One list of addresses a TTL. */
export function addressesOf({ hops, error }: TraceResult): string[][] {
  if (error !== undefined) throw new Error(error.line);
  return hops.map((hop) => hop.addresses.map((address) => address.ip).sort());
}

export interface DebianHop {
  readonly ips: string[];
  readonly rttsMs: number[];
}

/** What Debian's traceroute prints for each TTL. */
export async function debianTraceroute(network: Within, values: readonly string[]): Promise<DebianHop[]> {
  const text = await output(['traceroute', '-n', ...values], { within: network('client') });
  const lines = text
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const words = line.split(/\s+/);
    return {
      ips: [...new Set(words.filter((word) => isIP(word) !== 0))].sort(),
      rttsMs: words.filter((_, index) => words[index + 1] === 'ms').map(Number),
    };
  });
}

export function median(samples: readonly number[]): number {
  return [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
}

export function resultOf(events: { type: string }[]): TraceResult {
  const of = <T>(type: string) => events.filter((event) => event.type === type) as T[];
  return {
    start: of<TraceStart>('trace-start')[0],
    hops: of<TraceHop>('trace-hop'),
    end: of<TraceEnd>('trace-end')[0],
    error: of<{ error: { code: string; line: string } }>('error')[0]?.error,
  };
}
