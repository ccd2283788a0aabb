import { cpus, release, totalmem, type } from 'node:os';
import { run } from '../test/support/processes.js';

/** The machine and the programs, a line each. */
export async function describeMachine(): Promise<readonly string[]> {
  const processors = cpus();
  return [
    `CPU: ${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} cores`,
    `Memory: ${Math.round(totalmem() / 1e9)} GB`,
    `Kernel: ${type()} ${release()}`,
    `Node: ${process.version}`,
    `iperf3: ${await versionOf(['iperf3', '--version'])}`,
    `nginx: ${await versionOf(['nginx', '-v'])}`,
    `curl: ${await versionOf(['curl', '--version'])}`,
  ];
}

/** A program's version without the list of what it was built with. */
async function versionOf(argv: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run(argv);
    return (stdout || stderr).split(/\n| \(/)[0] ?? '';
  } catch {
    return 'not installed';
  }
}
