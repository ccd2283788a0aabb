/** TLS over a connection. */
import type { Socket } from 'node:net';
import { type ConnectionOptions, connect as startTls } from 'node:tls';
import { domainToASCII } from 'node:url';
import { canonicalIp } from '../../net/ip.js';
import { type Party, tlsError } from './failure.js';
import { step } from './step.js';

/** The certificate is checked against `host`, which only a name tells the other end beforehand (RFC 6066, section 3). */
export async function speakTls(
  socket: Socket,
  host: string,
  trust: Pick<ConnectionOptions, 'ca' | 'rejectUnauthorized'>,
  party: Party,
  signal: AbortSignal,
): Promise<Socket> {
  const address = canonicalIp(host);
  const name = address ?? domainToASCII(host).replace(/\.$/, '');
  const tls = startTls({ socket, ...trust, host: name, ...(address === undefined && { servername: name }) });
  return step<Socket>(tls, signal, (done) => tls.once('secureConnect', () => done(tls))).catch((error) => {
    throw tlsError(error, party);
  });
}
