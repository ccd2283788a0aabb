/** Options that a client wants of the server's sockets. */
import { toWperfError } from '../../../../errors.js';
import type { SocketWishes } from '../../../../plan/plan.js';
import type { LoadLink } from '../../../../transport/channel.js';
import { errorNumbers } from '../../wire/states.js';
import { Refusal } from '../rules.js';

const numbers = {
  windowBytes: errorNumbers.smallWindow,
  tos: errorNumbers.unsetTos,
  congestion: errorNumbers.unsetCongestion,
  dontFragment: errorNumbers.badFragment,
} as const;

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

/** Of packets, whose sockets have their options as they are opened. Throws a Refusal likewise. */
export function openWith(wishes: SocketWishes, open: () => LoadLink): LoadLink {
  try {
    return open();
  } catch (thrown) {
    const error = toWperfError(thrown);
    const refused = (['windowBytes', 'tos', 'dontFragment'] as const).find((name) => wishes[name] !== undefined);
    if (error.code !== 'socket-option' || refused === undefined) throw thrown;
    throw new Refusal(numbers[refused], error);
  }
}
