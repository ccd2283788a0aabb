/** A TCP relay that carries the first connections to where they are meant to go, and treats later ones as it is told. */
import { connect, createServer, type Socket } from 'node:net';
import type { Later } from '../undo.js';

export interface Relay {
  readonly port: number;
  /** So many connections came. */
  readonly count: () => number;
}

export async function startRelay(
  later: Later,
  target: number,
  passed: number,
  treat: (socket: Socket) => void,
): Promise<Relay> {
  const open = new Set<Socket>();
  let count = 0;
  const kept = (socket: Socket) => {
    open.add(socket.on('error', () => socket.destroy()));
    return socket;
  };
  const server = createServer((socket) => {
    kept(socket);
    count += 1;
    if (count > passed) return treat(socket);
    const onward = kept(connect(target, '127.0.0.1'));
    socket.pipe(onward).pipe(socket);
    socket.on('close', () => onward.destroy());
    onward.on('close', () => socket.destroy());
  });
  later(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0, count: () => count };
}
