/** What the original wperf says on the wire, as docs/legacy.md tells. Pure. */

import { legacy, limits } from '../../../defaults/index.js';
import { WperfError } from '../../../errors.js';
import { attempt } from '../../../given.js';
import type { SimulationPlan, TestDirection, TestPlan } from '../../../plan/plan.js';
import { write64 } from '../../../protocol/packet-header.js';
import { type Checked, flag, integer, number, optional, record, ShapeError } from '../../../protocol/shape.js';

/** How each end says that it sends no more. */
export const endOf = { client: 'EOT_C', server: 'EOT_S' } as const;

/** How its software is called in reports; it does not tell its version. */
export const legacySoftware = 'original wperf';

/** Each load message begins with its number. */
export const NUMBER_BYTES = 8;

/** Stamps messages with their numbers, from 0. */
export function numberEach(): (head: Uint8Array) => void {
  let number = 0;
  return (head) => write64(head, 0, number++);
}

const { latencyMs, jitterMs, lossPercent, bufferBytes } = limits.simulation;
const bufferSize = optional(integer(0, bufferBytes.max));
const simulationShape = record({
  sim_tcp_nodelay: optional(flag),
  sim_sndbuf: bufferSize,
  sim_rcvbuf: bufferSize,
  sim_mtu: optional(integer(0, legacy.simMtu.max)),
  sim_latency: optional(number(0, latencyMs.max)),
  sim_jitter: optional(number(0, jitterMs.max)),
  sim_loss: optional(number(0, lossPercent.max)),
});
type SimulationOptions = Checked<typeof simulationShape>;

/** Undefined where nothing is asked for: 0 asks for nothing. */
export function conditionsOf(options: SimulationOptions): SimulationPlan | undefined {
  const { sim_latency, sim_jitter, sim_loss, sim_mtu, sim_sndbuf, sim_rcvbuf, sim_tcp_nodelay } = options;
  const conditions: SimulationPlan = {
    ...(sim_latency && { latencyMs: sim_latency }),
    ...(sim_jitter && { jitterMs: sim_jitter }),
    ...(sim_loss && { lossPercent: sim_loss }),
    ...(sim_mtu && { mtuBytes: sim_mtu }),
    ...(sim_sndbuf && { sndbufBytes: sim_sndbuf }),
    ...(sim_rcvbuf && { rcvbufBytes: sim_rcvbuf }),
    ...(sim_tcp_nodelay && { noDelay: true }),
  };
  return Object.keys(conditions).length > 0 ? conditions : undefined;
}

function optionsOf(simulation: SimulationPlan | undefined) {
  return {
    sim_tcp_nodelay: simulation?.noDelay ?? false,
    sim_sndbuf: simulation?.sndbufBytes ?? null,
    sim_rcvbuf: simulation?.rcvbufBytes ?? null,
    sim_mtu: simulation?.mtuBytes ?? null,
    sim_latency: simulation?.latencyMs ?? null,
    sim_jitter: simulation?.jitterMs ?? null,
    sim_loss: simulation?.lossPercent ?? null,
  };
}

/** A client's wish: its first text, after the token if there is one. */
export type LegacyWish =
  | { readonly kind: 'load'; readonly direction: TestDirection; readonly simulation: SimulationOptions }
  | { readonly kind: 'udp' }
  | { readonly kind: 'ping' }
  | { readonly kind: 'traceroute' };

const directions = { upload: 'up', reverse: 'down', bidir: 'bidir' } as const;
const modes = { up: 'upload', down: 'reverse', bidir: 'bidir' } as const;
const commands = { ping: 'ping', reverse_traceroute: 'traceroute' } as const;
const words: Readonly<Record<string, LegacyWish>> = {
  UDP: { kind: 'udp' },
  UPLOAD: { kind: 'load', direction: 'up', simulation: {} },
  REVERSE: { kind: 'load', direction: 'down', simulation: {} },
  BIDIR: { kind: 'load', direction: 'bidir', simulation: {} },
};

/**
 * Undefined for a text that is no opening at all, as a token would be.
 * @throws WperfError `protocol-violation` for an opening that names the unknown or a bad option.
 */
export function parseOpening(text: string): LegacyWish | undefined {
  if (Object.hasOwn(words, text)) return words[text];
  const value = parseObject(text);
  if (value === undefined) return undefined;
  const { command, mode, simulation_options: options } = value;
  if (isKey(commands, command)) return { kind: commands[command] };
  if (!isKey(directions, mode)) throw new WperfError('protocol-violation', 'the client asked for an unknown mode');
  return { kind: 'load', direction: directions[mode], simulation: simulationOf(options) };
}

export function openingText(
  { mode, direction }: Pick<TestPlan, 'mode' | 'direction'>,
  simulation?: SimulationPlan,
): string {
  if (mode === 'datagram') return 'UDP';
  return JSON.stringify({ simulation_options: optionsOf(simulation), mode: modes[direction] });
}

/** One hop of the route back: `*` and -1 where nobody answered. */
export interface ToldHop {
  readonly ttl: number;
  readonly ip: string;
  readonly name: string;
  /** Milliseconds. */
  readonly rtt: number;
  readonly country: string;
  readonly asn: string;
}

/** What a server tells of a route. */
export const routeText = {
  hop: (data: ToldHop) => JSON.stringify({ type: 'hop', data }),
  error: (message: string) => JSON.stringify({ type: 'error', message }),
  end: JSON.stringify({ type: 'end' }),
} as const;

/** A wish that is a command. */
export function commandText(command: keyof typeof commands): string {
  return JSON.stringify({ command });
}

const pingShape = record({ seq: integer(0, Number.MAX_SAFE_INTEGER) });

export function pingText(seq: number): string {
  return JSON.stringify({ type: 'ping', seq });
}

/** The answer to a ping; undefined for any other text. */
export function pongTo(text: string): string | undefined {
  const seq = seqOf('ping', text);
  return seq === undefined ? undefined : JSON.stringify({ type: 'pong', seq });
}

/** The number of the ping that a pong answers; undefined for any other text. */
export function pongSeq(text: string): number | undefined {
  return seqOf('pong', text);
}

function seqOf(type: 'ping' | 'pong', text: string): number | undefined {
  const value = parseObject(text);
  return value?.type === type ? attempt(() => pingShape(value, '').seq) : undefined;
}

function simulationOf(options: unknown): SimulationOptions {
  try {
    return simulationShape(options ?? {}, 'simulation_options');
  } catch (error) {
    if (error instanceof ShapeError) throw new WperfError('protocol-violation', error.message);
    throw error;
  }
}

/** Undefined for a text that is no JSON object. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  const value: unknown = attempt(() => JSON.parse(text));
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

function isKey<T extends object>(table: T, key: unknown): key is keyof T {
  return typeof key === 'string' && Object.hasOwn(table, key);
}
