/** Debian's haproxy as a TCP proxy that puts a PROXY protocol header in front of each connection. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../folders.js';
import { freePort, listening } from '../ports.js';
import { start } from '../processes.js';
import type { Later } from '../undo.js';
import type { ProxyServer } from './place.js';

/** `version` is of the PROXY protocol. */
export async function startHaproxy(later: Later, backendPort: number, version: 1 | 2): Promise<ProxyServer> {
  const [host, port] = ['127.0.0.1', await freePort()];
  const file = join(await temporaryFolder(later), 'haproxy.cfg');
  await writeFile(
    file,
    `defaults
  mode tcp
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen front
  bind ${host}:${port}
  server back 127.0.0.1:${backendPort} ${version === 1 ? 'send-proxy' : 'send-proxy-v2'}
`,
  );
  const running = await start(later, ['haproxy', '-db', '-f', file]);
  await listening(running, { host, port });
  return { process: running, host, port };
}
