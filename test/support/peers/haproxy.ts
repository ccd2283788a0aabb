/** Debian's haproxy in front of another server: with a PROXY protocol header before each connection, or with TLS. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificates } from '../certificates.js';
import { temporaryFolder } from '../folders.js';
import { freePort, listening } from '../ports.js';
import { start } from '../processes.js';
import type { Later } from '../undo.js';
import type { ProxyServer } from './place.js';

/** `version` is of the PROXY protocol. */
export async function startHaproxy(later: Later, backendPort: number, version: 1 | 2): Promise<ProxyServer> {
  const folder = await temporaryFolder(later);
  return startIn(folder, later, { backendPort, bind: '', server: version === 1 ? 'send-proxy' : 'send-proxy-v2' });
}

/** Speaks TLS for a server that does not. */
export async function startTlsInFront(
  later: Later,
  { cert, key }: Pick<Certificates, 'cert' | 'key'>,
  backendPort: number,
): Promise<ProxyServer> {
  const folder = await temporaryFolder(later);
  const both = join(folder, 'both.pem');
  await writeFile(both, `${await readFile(cert, 'utf8')}${await readFile(key, 'utf8')}`);
  return startIn(folder, later, { backendPort, bind: `ssl crt ${both}`, server: '' });
}

interface Words {
  readonly backendPort: number;
  /** Behind `bind` and `server`. */
  readonly bind: string;
  readonly server: string;
}

async function startIn(folder: string, later: Later, { backendPort, bind, server }: Words): Promise<ProxyServer> {
  const [host, port] = ['127.0.0.1', await freePort()];
  const file = join(folder, 'haproxy.cfg');
  await writeFile(
    file,
    `defaults
  mode tcp
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen front
  bind ${host}:${port} ${bind}
  server back 127.0.0.1:${backendPort} ${server}
`,
  );
  const running = await start(later, ['haproxy', '-db', '-f', file]);
  await listening(running, { host, port });
  return { process: running, host, port };
}
