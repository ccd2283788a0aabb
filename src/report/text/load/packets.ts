/** What the text report says of packets. */
import type { EndEvent, StartEvent, StreamResult } from '../../../events/load.js';
import { lostPercent, type PacketTotals } from '../../../measure/packets/packets.js';
import { millisecondsText } from '../format.js';

/** `0.019 ms`. */
export function jitterText({ jitterMs }: PacketTotals): string {
  return millisecondsText(jitterMs);
}

/** `15/10000 (0.15%)`. */
export function lossText(figures: PacketTotals): string {
  const percent = Number(lostPercent(figures).toPrecision(2));
  return `${figures.lost}/${figures.packets} (${percent}%)`;
}

/** Of what `--probe-mtu` found out. */
export function probedLine({ upBytes, downBytes }: NonNullable<StartEvent['probed']>): string {
  const down = downBytes === null ? 'unknown' : `${downBytes} bytes`;
  return `Longest datagram that passes: ${upBytes} bytes up, ${down} down`;
}

/** Below the totals: the original wperf's two lines, and what else there is to say. */
export function packetLines({ sums, streams }: EndEvent): string[] {
  return sums.flatMap((sum) => {
    const { direction, packets } = sum;
    if (!packets) return [];
    const own = streams.filter((stream) => stream.direction === direction);
    const mark = sums.length > 1 ? `${direction === 'up' ? 'Upload' : 'Download'}: ` : '';
    const [loss, ...odd] = [lossLine(packets), ...oddities(packets)];
    return [
      `${mark}Jitter: ${jitterText(packets)}`,
      `${mark}${[loss, ...odd].join(', ')}`,
      ...delayLine(own, mark),
      ...gapLine(own, mark),
    ];
  });
}

function lossLine(packets: PacketTotals): string {
  return `Lost/Total: ${packets.lost}/${packets.packets} (${lostPercent(packets).toFixed(2)}%)`;
}

function oddities({ outOfOrder = 0, duplicates = 0 }: PacketTotals): string[] {
  return [
    ...(outOfOrder > 0 ? [`${outOfOrder} out of order`] : []),
    ...(duplicates > 0 ? [`${duplicates} duplicates`] : []),
  ];
}

/** Of several streams, the one whose packets were held up most. */
function delayLine(streams: readonly StreamResult[], mark: string): string[] {
  const delays = streams.flatMap(({ packets }) => packets?.delay ?? []);
  const [worst] = delays.sort((a, b) => b.p95Ms - a.p95Ms);
  if (!worst) return [];
  const { medianMs, p95Ms, p99Ms, maxMs } = worst;
  const figures = Object.entries({ median: medianMs, p95: p95Ms, p99: p99Ms, max: maxMs });
  return [`${mark}Delay above the fastest packet: ${millisecondsList(figures)}`];
}

/** Of several streams, the one whose packets came least evenly. */
function gapLine(streams: readonly StreamResult[], mark: string): string[] {
  const gaps = streams.flatMap(({ packets }) => packets?.gaps ?? []);
  const [worst] = gaps.sort((a, b) => b.p99Ms - a.p99Ms);
  if (!worst) return [];
  const { medianMs, p99Ms, maxMs } = worst;
  return [
    `${mark}From one packet to the next: ${millisecondsList(Object.entries({ median: medianMs, p99: p99Ms, max: maxMs }))}`,
  ];
}

function millisecondsList(figures: readonly (readonly [name: string, ms: number])[]): string {
  return figures.map(([name, ms]) => `${name} ${millisecondsText(ms)}`).join(', ');
}
