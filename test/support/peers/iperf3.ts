/** Debian's iperf3 as a server and as a client. */
import { freePort } from '../ports.js';
import { type Running, run, start } from '../processes.js';
import type { Later } from '../undo.js';
import type { Place } from './place.js';

export interface Iperf3Server {
  readonly process: Running;
  readonly host: string;
  readonly port: number;
}

export interface Iperf3Sum {
  readonly seconds: number;
  readonly bytes: number;
  readonly bits_per_second: number;
}

/** The parts of iperf3's `-J` that every TCP test has. */
export interface Iperf3Report {
  readonly error?: string;
  readonly intervals: readonly { readonly sum: Iperf3Sum }[];
  readonly end: {
    readonly sum_sent: Iperf3Sum;
    readonly sum_received: Iperf3Sum;
    /** Server to client, with `--bidir` only. */
    readonly sum_received_bidir_reverse?: Iperf3Sum;
  };
}

/** Starts `iperf3 -s`; `args` are added to its command line. Its output names each client. */
export async function startIperf3Server(
  later: Later,
  { host = '127.0.0.1', within, args = [] }: Place & { readonly args?: readonly string[] } = {},
): Promise<Iperf3Server> {
  const port = await freePort();
  const argv = ['iperf3', '-s', '-B', host, '-p', String(port), '--forceflush', ...args];
  const running = await start(later, argv, { within });
  // A trial connection would be taken for a client, so its own word counts.
  await running.outputMatching(/Server listening/);
  return { process: running, host, port };
}

/** Runs `iperf3 -c` with `-J` and gives its report; fails with iperf3's own words when the test fails. Whole seconds only: iperf3
 * takes `-t 0.5` for zero, which is no end. */
export async function runIperf3(
  server: { readonly host: string; readonly port: number },
  args: readonly string[],
  {
    within,
    timeoutSeconds = 30,
  }: { readonly within?: readonly string[] | undefined; readonly timeoutSeconds?: number } = {},
): Promise<Iperf3Report> {
  const argv = ['iperf3', '-c', server.host, '-p', String(server.port), '-J', ...args];
  const { stdout, stderr } = await run(argv, { timeoutSeconds, within });
  const report: unknown = JSON.parse(stdout || '{}');
  if (!isReport(report)) throw new Error(`${argv.join(' ')}: ${stdout}${stderr}`);
  return report;
}

function isReport(value: unknown): value is Iperf3Report {
  if (typeof value !== 'object' || value === null || 'error' in value || !('end' in value)) return false;
  return typeof value.end === 'object' && value.end !== null && 'sum_received' in value.end;
}
