import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from './folders.js';
import { output } from './processes.js';
import type { Later } from './undo.js';

/** Paths of PEM files. */
export interface Certificates {
  /** The private certificate authority, to be trusted by a client. */
  readonly ca: string;
  /** A server's certificate, signed by the authority, for localhost, 127.0.0.1, ::1 and the names asked for. */
  readonly cert: string;
  readonly key: string;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes a private certificate authority and a server's certificate with openssl. `names` are `DNS:…` or `IP:…`. */
export async function makeCertificates(later: Later, names: readonly string[] = []): Promise<Certificates> {
  const cwd = await temporaryFolder(later);
  const alternatives = ['DNS:localhost', 'IP:127.0.0.1', 'IP:::1', ...names];
  await writeFile(join(cwd, 'server.ext'), `subjectAltName=${alternatives.join(',')}\nextendedKeyUsage=serverAuth\n`);
  await output(
    ['openssl', 'req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Test CA'],
    { cwd },
  );
  await output(['openssl', 'req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost'], {
    cwd,
  });
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'server.ext'];
  await output(['openssl', 'x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...signing], { cwd });
  return { ca: join(cwd, 'ca.pem'), cert: join(cwd, 'server.pem'), key: join(cwd, 'server.key') };
}
