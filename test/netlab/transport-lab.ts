/** A laboratory with a wperf server in it, for load that is carried by something else than the WebSocket. */
import { onTestFinished } from 'vitest';
import { addresses, type Host, type Lab, type LabPlan, makeLab } from '../support/netlab.js';
import { output } from '../support/processes.js';
import { startWperfServer, wperf } from '../support/wperf.js';

export interface Packets {
  readonly bits_per_second: number;
  readonly lost_percent: number;
  readonly jitter_ms: number;
}

export interface Report {
  readonly start: {
    readonly transport: string;
    readonly packets?: string;
    readonly longest_datagram?: { readonly up: number; readonly down: number };
    readonly test_start: { readonly blksize: number };
  };
  readonly end: {
    readonly sum: Packets;
    readonly warnings?: readonly string[];
    readonly sum_received: Packets;
    readonly streams: readonly { readonly sender?: { readonly statistics?: Readonly<Record<string, number>> } }[];
  };
  readonly notes?: readonly string[];
}

export async function labWith(plan: LabPlan, serverArgs: readonly string[] = []) {
  const lab = await makeLab(onTestFinished, plan);
  const place = { host: addresses.server, within: lab.within('server') };
  const { port } = await startWperfServer(onTestFinished, serverArgs, place);
  const run = (...args: readonly string[]) =>
    lab.exec('client', wperf('-c', `${addresses.server}:${port}`, ...args), { timeoutSeconds: 40 });
  const measure = async (...args: readonly string[]): Promise<Report> => {
    const { stdout, stderr, exitCode } = await run(...args, '-J');
    if (exitCode !== 0) throw new Error(`${args.join(' ')}: ${exitCode} ${stdout}${stderr}`);
    return JSON.parse(stdout);
  };
  return { lab, run, measure };
}

/** Drops what the rule fits, where the router passes it on. */
export async function drop(lab: Lab, rule: string): Promise<void> {
  await dropAt(lab, 'router', `hook forward priority -1\n${rule}`);
}

/** Has a host send nothing of what the rule fits, which its own system then refuses to take. */
export async function refuse(lab: Lab, host: Host, rule: string): Promise<void> {
  await dropAt(lab, host, `hook output priority 0\n${rule}`);
}

async function dropAt(lab: Lab, host: Host, where: string): Promise<void> {
  const table = `table ip hole {\nchain pass {\ntype filter ${where} drop\n}\n}\n`;
  await output([...lab.within(host), 'nft', '-f', '-'], { input: table });
}
