/** Debian's microsocks: a SOCKS5 server. */
import { freePort, listening } from '../ports.js';
import { start } from '../processes.js';
import type { Later } from '../undo.js';
import type { Credentials, Place, ProxyServer } from './place.js';

export async function startMicrosocks(
  later: Later,
  { credentials, host = '127.0.0.1', within }: Place & { readonly credentials?: Credentials } = {},
): Promise<ProxyServer> {
  const port = await freePort();
  const login = credentials ? ['-u', credentials.user, '-P', credentials.password] : [];
  const argv = ['microsocks', '-i', host, '-p', String(port), ...login];
  const running = await start(later, argv, { within });
  await listening(running, { host, port, within });
  return { process: running, host, port };
}
