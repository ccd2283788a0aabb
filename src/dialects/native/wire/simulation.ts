/** Simulated conditions as they are granted, put over a conversation. */
import type { Role } from '../../../modes/load/results.js';
import { simulated } from '../../../modes/simulation.js';
import type { Grant, Hello } from '../../../protocol/messages.js';
import type { Conversation } from './conversation.js';

/** At the server: what is granted of the conditions asked for, with what the kernel made of the settings. */
export function grantedSimulation({ channel }: Conversation, { mode, sim }: Hello): Grant['sim'] {
  if (!sim || mode === 'traceroute') return undefined;
  channel.kernel?.setBuffers(sim);
  return { ...sim, socket: { ...channel.kernel?.settings(sim) } };
}

/** Either end, once the grant is said: from now on all it sends is under the conditions granted. */
export function simulate(conversation: Conversation, role: Role, hello: Hello, { sim, bitsPerSecond }: Grant): void {
  if (!hello.sim || !sim) return;
  if (role === 'client') conversation.channel.kernel?.setBuffers(sim);
  conversation.put((channel, clock) =>
    simulated(channel, {
      ...{ simulation: sim, clock, bitsPerSecond },
      name: `${hello.mode} ${hello.stream} ${role}`,
      packets: hello.mode === 'datagram',
    }),
  );
}
