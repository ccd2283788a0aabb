/** Everything that can carry load in the WebSocket's place, for tests that hold for all of it. */
import { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';
import type { LoadTransport } from '../../src/transport/load-transport.js';

export interface CarrierCase {
  readonly name: string;
  readonly carries: 'bytes' | 'messages';
  /** As `--proto` names it; a file of docs/transports.md where it ends with `.mjs`. */
  readonly proto: string;
  /** Handed in by a program. */
  readonly transport?: LoadTransport;
}

/** Both ends within this process, in object mode for messages. */
export function memoryTransport(name: string, carries: LoadTransport['carries']): LoadTransport {
  const doors = new EventEmitter();
  return {
    name,
    carries,
    connect: async ({ port }) => {
      const [near, far] = pair(carries === 'messages');
      doors.emit(`${port}`, far);
      return near;
    },
    listen: async ({ port, accept }) => {
      const open = (stream: Duplex) => accept(stream);
      doors.on(`${port}`, open);
      return { close: () => void doors.off(`${port}`, open) };
    },
  };
}

function pair(objectMode: boolean): [Duplex, Duplex] {
  const ends: Duplex[] = [];
  const make = (other: number) => {
    let resume = () => {};
    const end = new Duplex({
      objectMode,
      read: () => resume(),
      write(chunk, _encoding, done) {
        const far = ends[other] as Duplex & { wait: (resume: () => void) => void };
        if (far.push(Buffer.from(chunk))) setImmediate(done);
        else far.wait(done);
      },
      destroy(error, done) {
        resume();
        const far = ends[other];
        if (!far?.destroyed) setImmediate(() => far?.destroy());
        done(error);
      },
    });
    return Object.assign(end, {
      wait: (done: () => void) => {
        resume = () => {
          resume = () => {};
          setImmediate(done);
        };
      },
    });
  };
  ends.push(make(1), make(0));
  return ends as [Duplex, Duplex];
}

export const carriers: readonly CarrierCase[] = [
  { name: 'tcp', carries: 'bytes', proto: 'tcp' },
  { name: 'udp', carries: 'messages', proto: 'udp' },
  { name: 'kcp', carries: 'bytes', proto: 'kcp' },
  { name: 'plain', carries: 'bytes', proto: 'plain.mjs' },
  { name: 'h2', carries: 'bytes', proto: 'h2.mjs' },
  { name: 'memory', carries: 'bytes', proto: './memory', transport: memoryTransport('memory', 'bytes') },
  { name: 'boxes', carries: 'messages', proto: './boxes', transport: memoryTransport('boxes', 'messages') },
];
