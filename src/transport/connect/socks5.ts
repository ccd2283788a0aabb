/** Asks a SOCKS5 server for a connection: RFC 1928, with the user and password of RFC 1929. */
import type { Socket } from 'node:net';
import { bytesOfIp } from '../../net/ip.js';
import { type Credentials, type Destination, loginHint, ProxyRefusal } from './proxy.js';
import { readStep } from './read-step.js';

const VERSION = 5;
const NO_LOGIN = 0;
const PASSWORD = 2;
const PASSWORD_VERSION = 1;
const CONNECT = 1;
const addressType = { ipv4: 1, name: 3, ipv6: 4 } as const;

const whereHint = 'check the address of the server as it looks from the proxy';

/** RFC 1928, section 6: what each code says, and what to do. */
const refusals = new Map<number, readonly [text: string, hint: string]>([
  [1, ['it failed', 'it may not find or reach the server: check its name and address']],
  [2, ['its rules forbid it', 'check its rules']],
  [3, ['it has no way to that network', whereHint]],
  [4, ['it cannot reach that host', whereHint]],
  [6, ['the time to live ended on the way', whereHint]],
  [7, ['it makes no connections', 'check its rules']],
  [
    8,
    [
      'it knows no addresses of this kind',
      'name the server by an address of the other family, or with socks5h by its name',
    ],
  ],
]);

const REFUSED = 5;

function refusalOf(code: number, service: string): ProxyRefusal {
  if (code === REFUSED)
    return new ProxyRefusal('the server refused the connection', `is "${service}" running there, and on this port?`);
  const [text, hint] = refusals.get(code) ?? [`it answered with code ${code}`, 'check its rules'];
  return new ProxyRefusal(text, hint);
}

/** Rejects with ProxyRefusal, or as the socket fails. */
export async function askSocks5(
  socket: Socket,
  asked: Destination,
  credentials: Credentials | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const exchange = async (request: readonly number[], bytes: number): Promise<Buffer> => {
    socket.write(Uint8Array.from(request));
    return readBytes(socket, bytes, signal);
  };
  const methods = credentials ? [NO_LOGIN, PASSWORD] : [NO_LOGIN];
  const [version, method] = await exchange([VERSION, methods.length, ...methods], 2);
  checkVersion(version);
  if (method === PASSWORD && credentials) {
    const [, status] = await exchange(loginOf(credentials), 2);
    if (status !== 0) throw new ProxyRefusal('it refused the user or password', loginHint(credentials));
  } else if (method !== NO_LOGIN) {
    throw new ProxyRefusal('it wants a login', loginHint(credentials));
  }
  const [ofReply, reply = 1, , type] = await exchange([VERSION, CONNECT, 0, ...addressBytes(asked)], 4);
  checkVersion(ofReply);
  if (reply !== 0) throw refusalOf(reply, asked.service);
  await readBytes(socket, await restOfReply(socket, type, signal), signal);
  return socket;
}

function checkVersion(version: number | undefined): void {
  if (version !== VERSION) throw new ProxyRefusal('it does not speak SOCKS5', 'check its address and port');
}

function loginOf({ user, password }: Credentials): number[] {
  const [name, secret] = [Buffer.from(user), Buffer.from(password)];
  if (name.length > 255 || secret.length > 255)
    throw new ProxyRefusal('its user or password is too long', 'SOCKS5 takes 255 bytes of each');
  return [PASSWORD_VERSION, name.length, ...name, secret.length, ...secret];
}

function addressBytes({ host, port }: Destination): number[] {
  const end = [port >> 8, port & 0xff];
  const ip = bytesOfIp(host);
  if (ip) return [ip.length === 4 ? addressType.ipv4 : addressType.ipv6, ...ip, ...end];
  const name = Buffer.from(host);
  return [addressType.name, name.length, ...name, ...end];
}

/** Bytes of the address and port behind the head of a reply; nobody needs them. */
async function restOfReply(socket: Socket, type: number | undefined, signal: AbortSignal): Promise<number> {
  if (type === addressType.ipv4) return 4 + 2;
  if (type === addressType.ipv6) return 16 + 2;
  const [length = 0] = await readBytes(socket, 1, signal);
  return length + 2;
}

function readBytes(socket: Socket, bytes: number, signal: AbortSignal): Promise<Buffer> {
  return readStep(socket, signal, () => {
    const read: Buffer | null = socket.read(bytes);
    if (read && read.length < bytes)
      throw new ProxyRefusal('it ended in the middle of an answer', 'is it a SOCKS5 server?');
    return read ?? undefined;
  });
}
