/** Options that a client wants of the server's sockets. */
import { toWperfError } from '../../../errors.js';
import type { SocketWishes } from '../../../plan/plan.js';
import type { LoadLink } from '../../../transport/channel.js';
import { Refusal } from './rules.js';

/** IESETBUF2, IESETTOS and IESETCONGESTION. */
const numbers = { windowBytes: 141, tos: 125, congestion: 134 } as const;

/** Throws a Refusal with the number of the first that cannot be had. */
export function setOptions(link: LoadLink, wishes: SocketWishes): void {
  for (const name of ['windowBytes', 'tos', 'congestion'] as const) {
    if (wishes[name] === undefined) continue;
    try {
      link.kernel?.setOptions({ [name]: wishes[name] });
    } catch (thrown) {
      throw new Refusal(numbers[name], toWperfError(thrown));
    }
  }
}
