/** Bare TCP without any protocol: what the loopback, and Node's sockets on it, can carry at most. */
import { repositoryFile } from '../../test/support/folders.js';
import { start } from '../../test/support/processes.js';
import { withUndo } from '../../test/support/undo.js';
import type { Condition } from '../congestion.js';
import type { Sample } from '../measurement.js';
import type { Shared } from '../shared.js';
import { measurePair } from '../usage.js';

export function runPlainNode(seconds: number): Promise<Sample> {
  const program = repositoryFile('build', 'bench', 'programs', 'plain-node.js');
  return runPlain([process.execPath, program], { within: [] }, seconds);
}

export async function runPlainC(shared: Shared, seconds: number, condition: Condition): Promise<Sample> {
  return runPlain([await shared.plainC()], condition, seconds);
}

/** Both programs take `receive`, which writes its port and later its count and waits to be stopped, or `send PORT SECONDS`. */
function runPlain(argv: readonly string[], { within, control }: Condition, seconds: number): Promise<Sample> {
  const program = [...within, ...argv];
  const more = control === undefined ? [] : [control];
  return withUndo(async (later) => {
    const receiver = await start(later, [...program, 'receive', ...more]);
    const port = (await receiver.outputMatching(/^port (\d+)\n/))[1] ?? '';
    const count = () => receiver.outputMatching(/(\d+) bytes in ([\d.]+) s/);
    const sender = [...program, 'send', port, String(seconds), ...more];
    const pair = await measurePair(later, receiver, sender, seconds + 10, count);
    const counted = await count();
    const [bytes, transferSeconds] = [Number(counted[1]), Number(counted[2])];
    return { bitsPerSecond: [(bytes * 8) / transferSeconds], bytes, client: pair.client, server: pair.server };
  });
}
