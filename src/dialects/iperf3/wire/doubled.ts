/** Packets that the path has doubled, which a server of iperf3 counts each. Pure. */
import type { StreamResult } from '../../../events/load.js';

/** Empty where no more arrived than were sent; what was left out of the beginning may have arrived later. */
export function doubledPackets(results: readonly StreamResult[], omitSeconds: number): string[] {
  const isDoubled = results.some(
    ({ sender, sent, received, packets }) => sender && packets && (received?.bytes ?? 0) > (sent?.bytes ?? Infinity),
  );
  return isDoubled && omitSeconds === 0 ? [warning] : [];
}

const warning =
  'The server counted more packets than were sent: the path doubles packets, and a server of iperf3 counts each, so that losses may not show.';
