/** Packets that the path has doubled, of which iperf3 counts each. Pure. */
import type { StreamResult } from '../../../events/load.js';
import type { Role } from '../../../modes/load/results.js';

/** Empty where no more arrived than were sent; what was left out of the beginning may have arrived later. */
export function doubledPackets(role: Role, results: readonly StreamResult[], omitSeconds: number): string[] {
  const isDoubled = results.some(
    ({ sender, sent, received, packets }) => sender && packets && (received?.bytes ?? 0) > (sent?.bytes ?? Infinity),
  );
  if (!isDoubled || omitSeconds > 0) return [];
  const far = role === 'client' ? 'server' : 'client';
  return [
    `The ${far} counted more packets than were sent: the path doubles packets, and iperf3 counts each, so that losses may not show.`,
  ];
}
