/** What a command line says of how much load there is, and of what kind. */
import { defaults, loadDefaults } from '../../../defaults/index.js';
import type { Open } from '../../../plan/complete.js';
import type { TestPlan } from '../../../plan/plan.js';
import { packetProtos } from '../../../plan/protos.js';
import type { FlagValues } from '../../flags/table.js';

export function modeOf({ udp, proto = 'ws' }: FlagValues): TestPlan['mode'] {
  return udp || packetProtos.includes(proto) ? 'datagram' : 'throughput';
}

export function blockBytesOf(values: FlagValues): number {
  return values.length ?? usualBlockBytes(values);
}

/** What fits the path, where packets are real ones, and is found out; else what is usual. */
function usualBlockBytes(values: FlagValues): number {
  const isReal = packetProtos.includes(values.proto ?? 'ws');
  return isReal ? defaults.longestPacketBytes : loadDefaults(modeOf(values)).blockBytes;
}

/** Of `-n`, or of as many blocks as `-k` says. */
export function bytesOf(values: FlagValues): number | undefined {
  return values.bytes ?? (values.blockcount && values.blockcount * blockBytesOf(values));
}

/** How long the far side of a test may be silent. */
export function silenceSecondsOf({ 'rcv-timeout': ms }: FlagValues): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}

/** As in iperf3, 0 is until interrupted. */
export function timeOf({ time }: FlagValues): Open<Pick<TestPlan, 'seconds' | 'untimed'>> {
  return time === 0 ? { untimed: true } : { seconds: time };
}
