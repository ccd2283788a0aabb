/** What carries a client's load, for what is to be said of flags that mean something to some carriers alone. */
import { isModulePath } from '../../plan/protos.js';
import type { FlagValues } from './table.js';

/** `datagrams` are those of `--proto udp`, `iperf3-datagrams` those of `--iperf3 --udp`, and `module` is the user's own. */
export type Carrier = 'tcp' | 'datagrams' | 'iperf3-datagrams' | 'kcp' | 'module';

export function carrierOf({ proto = 'ws', iperf3, udp }: FlagValues): Carrier {
  if (iperf3) return udp ? 'iperf3-datagrams' : 'tcp';
  if (isModulePath(proto)) return 'module';
  if (proto === 'udp') return 'datagrams';
  return proto === 'kcp' ? 'kcp' : 'tcp';
}

/** Packets of a length that does not ask the path would go in fragments where they are too long for it. */
export function cutsPackets(values: FlagValues): boolean {
  const carrier = carrierOf(values);
  return carrier === 'iperf3-datagrams' || (carrier === 'datagrams' && values.length !== undefined);
}

/** What is said of flags that ask how load travels, where a module carries it. */
export const ofModule = 'how load travels is a matter of the module of --proto';
