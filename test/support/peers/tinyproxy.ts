/** Debian's tinyproxy in the foreground: an HTTP proxy that allows CONNECT to every port. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../folders.js';
import { freePort, listening } from '../ports.js';
import { start } from '../processes.js';
import type { Later } from '../undo.js';
import type { Credentials, Place, ProxyServer } from './place.js';

export async function startTinyproxy(
  later: Later,
  { credentials, host = '127.0.0.1', within }: Place & { readonly credentials?: Credentials } = {},
): Promise<ProxyServer> {
  const folder = await temporaryFolder(later);
  const file = join(folder, 'tinyproxy.conf');
  const port = await freePort();
  const lines = [`Port ${port}`, `Listen ${host}`, 'Timeout 60', 'MaxClients 64', 'LogLevel Connect'];
  if (credentials) lines.push(`BasicAuth ${credentials.user} ${credentials.password}`);
  await writeFile(file, `${lines.join('\n')}\n`);
  const running = await start(later, ['tinyproxy', '-d', '-c', file], { within });
  await listening(running, { host, port, within });
  return { process: running, host, port };
}
