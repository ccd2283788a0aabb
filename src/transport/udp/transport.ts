/** Real datagrams: packets of the network, to the UDP port of the server's own number. */
import { WperfError } from '../../errors.js';
import { given } from '../../given.js';
import { systemClock } from '../../host/clock.js';
import { fineClock } from '../../host/linux/fine-clock.js';
import { EXACT_LENGTH, PROBE_MTU } from '../../plan/protos.js';
import type { GrantedLoad, LoadTransport, LoadWay } from '../load-transport.js';
import { associate } from './associate.js';
import { greeting } from './greeting.js';
import { keepAlive } from './keep-alive.js';
import { DatagramLink, type DatagramLinkOptions } from './link.js';
import { answerProbes, probePath } from './probe.js';
import { joinReception } from './reception.js';
import { openDatagramSocket } from './sockets/open.js';
import { type DatagramSocket, LARGEST_DATAGRAM } from './sockets/socket.js';

export const udpTransport: LoadTransport = {
  name: 'udp',
  carries: 'messages',
  connect,
  listen: (place) => {
    const welcome = (socket: DatagramSocket, key: Buffer) => place.accept(linkOf(socket), key);
    return joinReception({ place, optionsFor, welcome }, systemClock);
  },
};

async function connect(way: LoadWay): Promise<DatagramLink> {
  const isExact = way.settings[EXACT_LENGTH] === 1;
  const socket = await openClient(way);
  try {
    const { pathPayloadBytes: known = usualPayloadBytes(way.host) } = socket;
    const wished = isExact ? way.blockBytes : Math.min(way.blockBytes, known);
    const blockBytes = await associate(socket, way, wished, systemClock);
    if (isExact && blockBytes < wished) throw tooLong(wished, blockBytes);
    const isProbed = way.settings[PROBE_MTU] === 1;
    const probed = isProbed
      ? await probePath(socket, { passedBytes: blockBytes, isWhole: !isExact }, systemClock)
      : undefined;
    const closed = keepAlive(socket, systemClock);
    return linkOf(socket, { blockBytes, probed, notes: notesOn(wished, known), closed });
  } catch (error) {
    socket.close();
    throw error;
  }
}

function openClient(way: LoadWay): Promise<DatagramSocket> {
  const { host, port, socket, bind } = way;
  return openDatagramSocket({ host, port, ...optionsFor(way), ...given({ bind }), ...socket });
}

function optionsFor({ settings, blockBytes }: Pick<GrantedLoad, 'settings' | 'blockBytes'>) {
  const maxBytes = settings[PROBE_MTU] === 1 ? LARGEST_DATAGRAM : blockBytes;
  return { maxBytes, fragments: settings[EXACT_LENGTH] === 1 };
}

/** It answers those who did not hear that all is ready. */
function linkOf(socket: DatagramSocket, found: Partial<DatagramLinkOptions> = {}): DatagramLink {
  const link = new DatagramLink({ socket, pacingClock: fineClock(), ...found });
  const answer = answerProbes(socket);
  link.onGreeting = (said) => {
    if (said.kind === 'prove') socket.send(greeting('ready', undefined, said.bytes));
    else answer(said);
  };
  return link;
}

/** Of an Ethernet frame, where the kernel tells nothing of the path, and would cut what is longer without a word. */
function usualPayloadBytes(host: string): number {
  return host.includes(':') ? 1452 : 1472;
}

function notesOn(blockBytes: number, knownBytes: number): string[] {
  if (blockBytes <= knownBytes) return [];
  return [`Packets of ${blockBytes} bytes go in fragments: the path takes ${knownBytes} in one piece.`];
}

function tooLong(wished: number, passed: number): WperfError {
  const text = `UDP packets of ${wished} bytes do not get through, though those of ${passed} do`;
  return new WperfError('unreachable', text, { operation: 'connect', hint: 'leave --length away, or give less' });
}
