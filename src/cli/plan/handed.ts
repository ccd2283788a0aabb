import type { FlagValues } from '../flags/table.js';
import { labelOf } from '../flags/table.js';
import { usageError } from '../flags/usage.js';
import type { Surroundings } from './surroundings.js';

/** Behind the standard streams, as sd_listen_fds(3) says. */
const firstDescriptor = 3;

/** The socket that systemd has opened for this process, by LISTEN_PID and LISTEN_FDS; undefined where there is none. */
export function handedSocket(values: FlagValues, { env, pid }: Surroundings): number | undefined {
  const { LISTEN_PID: owner, LISTEN_FDS: count } = env;
  if (count === undefined || owner === undefined || Number(owner) !== pid) return undefined;
  if (count !== '1')
    throw usageError(`systemd hands over ${count} sockets`, 'give one ListenStream= in the socket unit');
  const [needless] = (['port', 'host', 'daemon'] as const).filter((name) => values[name] !== undefined);
  if (needless === undefined) return firstDescriptor;
  const rule = `${labelOf(needless)} means nothing where systemd listens`;
  throw usageError(rule, 'leave it away; ListenStream= in the socket unit says where');
}
