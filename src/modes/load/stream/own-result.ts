/** What an end has to tell of a stream when it is done: to whoever runs it, and to the far side. */
import { bounds } from '../../../defaults/index.js';
import { given } from '../../../given.js';
import type { PacketSummary } from '../../../measure/packets/packets.js';
import type { Span } from '../../../measure/span.js';
import type { Usage } from '../../../measure/usage.js';
import type { MessageOf } from '../../../protocol/messages.js';
import type { StreamOutcome } from './figures.js';
import type { StreamOptions } from './options.js';
import type { RunningCounts } from './running-counts.js';
import type { SenderFigures } from './sender/sender-figures.js';

/** What was counted. */
interface Counted {
  readonly sent: Span | undefined;
  readonly received: Span | undefined;
  readonly packets: PacketSummary | undefined;
  readonly sender: SenderFigures | undefined;
  readonly counts: RunningCounts;
  readonly usage: Usage;
  /** What the far side has told of it, and why it ended before its time. */
  readonly known: Pick<StreamOutcome, 'reported' | 'ended'>;
}

export function ownResult(
  { sent, received, packets, sender, counts, usage, known }: Counted,
  { stream, output }: Pick<StreamOptions, 'stream' | 'output'>,
): { readonly outcome: StreamOutcome; readonly message: MessageOf<'result'> } {
  const { pacing, stalledSeconds, socketDrops, refusedDatagrams, unreadSeconds } = counts;
  const figures = given({
    sent,
    received,
    packets: packets && { ...packets, ...given({ socketDrops }) },
    pacing,
    simulated: stream.data.simulated,
    stalledSeconds: stalledSeconds || undefined,
    unreadSeconds: unreadSeconds || undefined,
    refusedDatagrams: refusedDatagrams || undefined,
    tcp: sender?.tcp,
    statistics: sender?.statistics,
    congestion: stream.link.kernel?.congestion(),
  });
  const outcome: StreamOutcome = { ...figures, usage, ...known };
  const text = output?.(outcome).slice(0, bounds.serverOutputBytes);
  return { outcome, message: { type: 'result', ...figures, ...usage, ...given({ output: text }) } };
}
