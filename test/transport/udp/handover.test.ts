/** A door that opens sockets for peers while others flood it: between binding and connecting one, it gets what is theirs. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { openDatagramDoor } from '../../../src/transport/udp/sockets/open.js';
import { bundled } from '../../support/bundle.js';
import { start } from '../../support/processes.js';

/** Three sockets that send to a port for half a second; prints how many each sent. */
const flooder = (port: number) => `
  import { openDatagramSocket } from '../../src/transport/udp/sockets/open.js';
  const sockets = await Promise.all([1, 2, 3].map(() => openDatagramSocket({ host: '127.0.0.1', port: ${port} })));
  const sent = [0, 0, 0];
  const until = performance.now() + 500;
  const go = () => {
    for (const [i, socket] of sockets.entries()) for (let n = 0; n < 4; n++) if (socket.send(Buffer.from('x'))) sent[i]++;
    if (performance.now() < until) return setTimeout(go, 0);
    console.log(JSON.stringify({ sent }));
    for (const socket of sockets) socket.close();
  };
  go();
`;

test.each([{}, { linux: false }] as const)('nothing of a flood is lost, %j', async (choice) => {
  const door = await openDatagramDoor({ host: '127.0.0.1', port: 0 }, choice);
  onTestFinished(() => door.close());
  const counts = new Map<number, number>();
  const count = (port: number) => counts.set(port, (counts.get(port) ?? 0) + 1);
  door.onStray = (_datagram, from) => {
    const before = count(from.port).get(from.port) ?? 0;
    if (before < 50) return;
    const own = door.open(from, { maxBytes: 64 });
    own.onDatagram = () => count(from.port);
    onTestFinished(() => own.close());
  };
  const child = await start(onTestFinished, [process.execPath, await bundled(onTestFinished, flooder(door.port))]);
  // Sockets for others meanwhile, each with its moment of taking everyone's datagrams.
  for (let opened = 0; child.running; opened++) {
    const other = door.open({ host: '127.0.0.1', port: 1 + (opened % 1000) });
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
    other.close();
  }
  const { stdout } = await child.finished;
  const { sent } = JSON.parse(stdout) as { sent: number[] };
  const sorted = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b);
  await vi.waitFor(() => expect(sorted(counts.values())).toEqual(sorted(sent)));
});
