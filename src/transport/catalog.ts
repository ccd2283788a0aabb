/** What can carry load in the WebSocket's place: the one list of wperf's own. Each is loaded when it is needed. */
import { WperfError } from '../errors.js';
import { isModulePath } from '../plan/protos.js';
import type { LoadTransport } from './load-transport.js';

const own: Readonly<Record<string, () => Promise<LoadTransport>>> = {
  tcp: async () => (await import('./tcp/transport.js')).tcpTransport,
  kcp: async () => (await import('./kcp/transport.js')).kcpTransport,
  udp: async () => (await import('./udp/transport.js')).udpTransport,
};

export const ownTransports: readonly string[] = Object.keys(own);

/** By its name, or by the path of the user's module. Throws a WperfError where there is none. */
export async function transportOf(name: string): Promise<LoadTransport> {
  const load = Object.hasOwn(own, name) ? own[name] : undefined;
  if (load) return load();
  if (isModulePath(name)) return (await import('./own/module.js')).loadModule(name);
  throw new WperfError('usage', `there is no --proto ${name}`, { hint: `use ${ownTransports.join(', ')}` });
}
