/** Traces run in a child process inside a network, their hops, and those that Debian's traceroute sees there. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TraceEnd, TraceHop, TraceStart } from '../../../src/trace/events.js';
import type { TraceOptions } from '../../../src/trace/options.js';
import { asNobody, execute, type Network } from './network.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const runner = fileURLToPath(new URL('run-traces.mjs', import.meta.url));

export interface TraceResult {
  readonly start: TraceStart | undefined;
  readonly hops: readonly TraceHop[];
  readonly end: TraceEnd | undefined;
  readonly error: { readonly code: string; readonly line: string } | undefined;
}

export interface Build {
  readonly folder: string;
  remove(): void;
}

/** The sources as JavaScript, beside node_modules so that packages are found. */
export async function build(): Promise<Build> {
  mkdirSync(join(root, 'build'), { recursive: true });
  const folder = mkdtempSync(join(root, 'build/trace-test-'));
  const options = [
    '-p',
    'tsconfig.build.json',
    '--outDir',
    folder,
    '--declaration',
    'false',
    '--noEmitOnError',
    'false',
  ];
  const { stdout } = await execute(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...options]);
  if (!existsSync(join(folder, 'trace/traceroute.js'))) throw new Error(`the sources do not compile: ${stdout}`);
  await execute('chmod', ['-R', 'a+rX', folder]);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface RunOptions {
  readonly network: Network;
  readonly build: Build;
  readonly user: 'root' | 'nobody';
  readonly busyMs?: number;
  /** Packages that cannot be found. */
  readonly without?: readonly string[];
}

/** All at once in one process. */
export async function runTraces(options: RunOptions, traces: readonly TraceOptions[]): Promise<TraceResult[]> {
  const request = JSON.stringify({ traces, busyMs: options.busyMs ?? 0, without: options.without ?? [] });
  const user = options.user === 'nobody' ? asNobody : [];
  const command = [...user, process.execPath, runner, options.build.folder, request];
  const { stdout, stderr, code } = await options.network.run('client', command);
  if (code !== 0) throw new Error(`the traces failed: ${stderr}`);
  const lists: { type: string }[][] = JSON.parse(stdout);
  return lists.map(resultOf);
}

export async function runTrace(options: RunOptions, trace: TraceOptions): Promise<TraceResult> {
  const [result] = await runTraces(options, [trace]);
  if (result === undefined) throw new Error('no result');
  return result;
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
export async function debianTraceroute(network: Network, values: readonly string[]): Promise<DebianHop[]> {
  const { stdout, stderr, code } = await network.run('client', ['traceroute', '-n', ...values]);
  if (code !== 0) throw new Error(stderr);
  const lines = stdout
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

function resultOf(events: { type: string }[]): TraceResult {
  const of = <T>(type: string) => events.filter((event) => event.type === type) as T[];
  return {
    start: of<TraceStart>('trace-start')[0],
    hops: of<TraceHop>('trace-hop'),
    end: of<TraceEnd>('trace-end')[0],
    error: of<{ error: { code: string; line: string } }>('error')[0]?.error,
  };
}
