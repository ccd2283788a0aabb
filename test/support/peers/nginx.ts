/** Debian's nginx in the foreground as one process, with all its files in a temporary folder. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificates } from '../certificates.js';
import { temporaryFolder } from '../folders.js';
import { freePort, listening } from '../ports.js';
import { type Running, start } from '../processes.js';
import type { Later } from '../undo.js';
import type { Place } from './place.js';

export interface Nginx {
  readonly process: Running;
  readonly httpPort: number;
  readonly httpsPort: number;
}

/** What nginx does otherwise than by default. */
export interface NginxSettings extends Place {
  /** By TLS it speaks HTTP/2 too. */
  readonly http2?: boolean;
}

/** Starts nginx with one virtual server on a free plain port and a free TLS port; `locations` is its configuration. */
export async function startNginx(
  later: Later,
  certificates: Certificates,
  locations: string,
  { host = '127.0.0.1', within, http2 = false }: NginxSettings = {},
): Promise<Nginx> {
  const folder = await temporaryFolder(later);
  const [httpPort, httpsPort] = [await freePort(), await freePort()];
  await mkdir(join(folder, 'temp'));
  await writeFile(
    join(folder, 'nginx.conf'),
    configuration(`
    listen ${bracketed(host)}:${httpPort};
    listen ${bracketed(host)}:${httpsPort} ssl${http2 ? ' http2' : ''};
    ssl_certificate ${certificates.cert};
    ssl_certificate_key ${certificates.key};
    ${locations}`),
  );
  const argv = ['nginx', '-p', folder, '-c', 'nginx.conf', '-e', 'stderr'];
  const running = await start(later, argv, { within });
  await listening(running, { host, port: httpsPort, within });
  return { process: running, httpPort, httpsPort };
}

export interface ReverseProxySettings extends NginxSettings {
  /** What is passed on, without this prefix. */
  readonly prefix?: string;
  /** Further directives. */
  readonly directives?: string;
}

/** nginx as a reverse proxy: ws and wss requests go to the backend. */
export function startReverseProxy(
  later: Later,
  certificates: Certificates,
  backend: { readonly host?: string; readonly port: number },
  { prefix = '', directives = '', ...settings }: ReverseProxySettings = {},
): Promise<Nginx> {
  const locations = `location ${prefix}/ {
      proxy_pass http://${bracketed(backend.host ?? '127.0.0.1')}:${backend.port}${prefix === '' ? '' : '/'};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      ${directives}
    }`;
  return startNginx(later, certificates, locations, settings);
}

/** One process without a master, so that it can be stopped and measured by its own id. */
function configuration(server: string): string {
  const temporaries = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path temp/${name};`,
  );
  return `daemon off;
master_process off;
pid nginx.pid;
events { worker_connections 512; }
http {
  access_log off;
  default_type application/octet-stream;
  ${temporaries.join('\n  ')}
  server {${server}
  }
}
`;
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
