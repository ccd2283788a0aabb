/** Options of sockets in a plan: whose they are, and what they cannot be together with. */
import { limits } from '../defaults/index.js';
import { givenAny } from '../given.js';
import type { ClientPlan, ConnectionPlan, SocketWishes } from './plan.js';

/** The options of one stream's connection, counted from 1, or of one beside the streams. */
export function socketOf({ socket }: Pick<ConnectionPlan, 'socket'>, place: number | 'beside') {
  if (socket?.localPort === undefined) return {};
  const { localPort, ...others } = socket;
  return { socket: place === 'beside' ? others : { ...others, localPort: localPort + place - 1 } };
}

/** What the far end is to do too; undefined for nothing. */
export function farSocket({ windowBytes, tos, congestion }: SocketWishes = {}) {
  return givenAny({ windowBytes, tos, congestion });
}

/** The same of an end that load comes from, or none. */
export function farSocketOf({ socket = {}, direction }: Pick<ClientPlan, 'socket' | 'direction'>) {
  const { dontFragment } = socket;
  return givenAny({ ...farSocket(socket), dontFragment: direction === 'up' ? undefined : dontFragment });
}

/** Through a proxy there are two connections, and one end cannot choose for the other's. */
const endToEnd = ['windowBytes', 'tos', 'mssBytes', 'congestion'] as const;

/** The first wish that a proxy makes senseless. */
export function cutByProxy({ proxy, socket }: Pick<ConnectionPlan, 'proxy' | 'socket'>) {
  return proxy === undefined ? undefined : endToEnd.find((wish) => socket?.[wish] !== undefined);
}

/** The last of the streams' local ports is none. */
export function lacksPorts({ socket, streams }: Pick<ClientPlan, 'socket' | 'streams'>): boolean {
  return (socket?.localPort ?? 1) + streams - 1 > limits.socket.localPort.max;
}
