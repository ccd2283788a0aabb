/** A proxy of a few lines, for answers that no real one can be made to give. */
import { connect, createServer, type Socket } from 'node:net';
import type { Later } from '../undo.js';

/** Listens on a free port and hands over each connection with its first bytes. */
export async function startScripted(later: Later, script: (socket: Socket, first: Buffer) => void): Promise<number> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {}).once('data', (first: Buffer) => script(socket, first));
  });
  later(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** Connects as it is asked to, after an answer of our own. */
export function tunnel(
  socket: Socket,
  to: { readonly host: string; readonly port: number },
  answer: Uint8Array | string,
): void {
  const onward = connect(to, () => {
    socket.write(answer);
    socket.pipe(onward).pipe(socket);
  });
  onward.on('error', () => {}).on('close', () => socket.destroy());
  socket.on('close', () => onward.destroy());
}
