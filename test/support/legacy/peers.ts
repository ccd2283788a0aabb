/** The small client and server of the original's kind, written for the tests, on Debian's Python. */
import { repositoryFile } from '../folders.js';
import { freePort } from '../ports.js';
import { type Running, start } from '../processes.js';
import type { Later } from '../undo.js';

export interface LegacyServer {
  readonly process: Running;
  readonly host: string;
  readonly port: number;
}

/** The words that run `client.py` or `server.py`; nothing is left beside the scripts. */
export function legacyArgv(script: string, ...args: readonly string[]): readonly string[] {
  return ['/usr/bin/python3', '-B', repositoryFile('test', 'support', 'legacy', script), ...args];
}

export async function startLegacyServer(later: Later, args: readonly string[] = []): Promise<LegacyServer> {
  const port = await freePort();
  const process = await start(later, legacyArgv('server.py', String(port), ...args));
  await process.outputMatching(/listening/);
  return { process, host: '127.0.0.1', port };
}
