/** A laboratory with a wperf server in it, for load that is carried by something else than the WebSocket. */
import { onTestFinished } from 'vitest';
import { addresses, type Lab, type LabPlan, makeLab } from '../support/netlab.js';
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
  const chain = `type filter hook forward priority -1\n${rule} drop\n`;
  await output([...lab.within('router'), 'nft', '-f', '-'], { input: `table ip hole {\nchain pass {\n${chain}}\n}\n` });
}
