/** A server that names no sub-protocol, as the original does, and otherwise does what a test makes it do. */
import { type WebSocket, WebSocketServer } from 'ws';
import type { Later } from '../../support/undo.js';

/** The port. `answer` gets each connection before anything can arrive. */
export async function startFakeServer(later: Later, answer: (ws: WebSocket) => void): Promise<number> {
  const fake = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => false });
  await new Promise((resolve) => fake.on('listening', resolve));
  fake.on('connection', (ws) => {
    ws.on('error', () => {});
    answer(ws);
  });
  later(async () => {
    for (const ws of fake.clients) ws.terminate();
    await new Promise((resolve) => fake.close(resolve));
  });
  const address = fake.address();
  return typeof address === 'object' && address ? address.port : 0;
}
