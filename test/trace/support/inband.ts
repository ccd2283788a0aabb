/** In-band traces from a server inside a network back to a client there, each end a process of its own. */
import type { TraceWish } from '../../../src/plan/plan.js';
import { makeCertificates } from '../../support/certificates.js';
import { start } from '../../support/processes.js';
import { withUndo } from '../../support/undo.js';
import { resultOf, script, type TraceResult } from './traces.js';

export interface InbandRun {
  /** Words that run a program where the server is, and where the client is. */
  readonly server: readonly string[];
  readonly client: readonly string[];
  /** Where the client connects to. */
  readonly host: string;
  /** Where the server listens; every address, IPv4 and IPv6, without it. */
  readonly listen?: string;
  readonly secure?: boolean;
  readonly connections?: number;
  readonly options?: Partial<TraceWish>;
  /** Ends the traces after so long. */
  readonly cutMs?: number;
  /** The client leaves, or stands still, so long after it connected. */
  readonly leaveMs?: number;
  readonly freezeMs?: number;
  /** The client's event loop is blocked for so long again and again. */
  readonly busyMs?: number;
}

export interface InbandResult extends TraceResult {
  /** Numbers that the client sent by itself. */
  readonly told: readonly string[];
  /** What the server sent: the type of each event, then a hundred numbers. */
  readonly sent: readonly string[];
  /** What the client sent back of it. */
  readonly echoes: readonly string[];
  readonly ttl?: number;
  readonly retransmits?: number;
}

interface Outcome extends Pick<InbandResult, 'told' | 'echoes' | 'ttl' | 'retransmits'> {
  readonly events: { type: string }[];
}

export async function runInband(run: InbandRun): Promise<InbandResult[]> {
  return withUndo(async (during) => {
    const { host, listen, secure = false, connections = 1, options, cutMs, leaveMs, freezeMs, busyMs } = run;
    const tls = secure ? await makeCertificates(during) : undefined;
    const serving = JSON.stringify({ host: listen, connections, options, cutMs, tls });
    const server = await start(during, [...script('inband-server.mjs'), serving], { within: run.server });
    const [, port] = await server.outputMatching(/port (\d+)\n/);
    const target = { host, port: Number(port), secure };
    const connecting = JSON.stringify({ target, connections, leaveMs, freezeMs, busyMs });
    await start(during, [...script('inband-client.mjs'), connecting], { within: run.client });
    const { stdout, stderr } = await server.finished;
    const [, json] = stdout.split('\n');
    if (!json) throw server.failure(`told no results ${stderr}`);
    return (JSON.parse(json) as Outcome[]).map(withTrace);
  });
}

function withTrace({ events, ...rest }: Outcome): InbandResult {
  const told = events.map((event) => event.type).filter((type) => type !== 'error');
  const afterwards = Array.from({ length: 100 }, (_, number) => String(number));
  return { ...resultOf(events), ...rest, sent: [...told, ...afterwards] };
}
