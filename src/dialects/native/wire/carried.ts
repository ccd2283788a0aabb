/** A stream's load by a connection of its own, which lives and ends with the conversation beside it. */
import { WperfError } from '../../../errors.js';
import type { Clock } from '../../../host/clock.js';
import { simulatedLink } from '../../../modes/simulation.js';
import type { TestPlan } from '../../../plan/plan.js';
import type { Grant } from '../../../protocol/messages.js';
import type { Data, LoadLink } from '../../../transport/channel.js';
import type { Conversation } from './conversation.js';

export interface Carried {
  /** As this connection carries it. */
  readonly test: TestPlan;
  readonly data: Data;
  readonly link: LoadLink;
  /** What is to be known of it, in sentences. */
  readonly notes: readonly string[];
}

const burstNote =
  'Without a rate (-b 0) the sender hands many packets to its kernel at once, where that can be done: they come in bursts.';

function inBursts({ mode, bitsPerSecond }: TestPlan): boolean {
  return mode === 'datagram' && bitsPerSecond === 0;
}

interface Circumstances {
  readonly test: TestPlan;
  /** Conditions to simulate. */
  readonly sim: Grant['sim'];
  readonly clock: Clock;
  /** Tells this end's chance from that of every other. */
  readonly name: string;
}

/** Under the conditions granted. */
export function carried(
  conversation: Conversation,
  link: LoadLink,
  { test, sim, clock, name }: Circumstances,
): Carried {
  const blockBytes = Math.min(test.blockBytes, link.blockBytes ?? test.blockBytes);
  link.onClose = ({ text }) => {
    const why = text === '' ? '' : ` (${text})`;
    const message = `the ${link.transport} connection for load with ${conversation.peer} was lost${why}`;
    conversation.abort(new WperfError('peer-lost', message, { operation: 'test', peer: conversation.peer }));
  };
  const settled = { ...test, blockBytes };
  const notes = [...(link.notes ?? []), ...(inBursts(settled) ? [burstNote] : [])];
  if (!sim) return { test: settled, link, notes, data: link };
  link.kernel?.setBuffers(sim);
  const { bitsPerSecond, mode } = test;
  const options = { simulation: sim, clock, name, packets: mode === 'datagram', bitsPerSecond };
  return { test: settled, link, notes, data: simulatedLink(link, options, (end) => conversation.whenEnded(end)) };
}
