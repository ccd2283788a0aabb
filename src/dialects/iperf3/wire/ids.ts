/** The numbers that iperf3 gives to streams: both ends count alike, in the order in which the streams are made. Pure. */

/** Of the stream made at `index`, counted from 0: 1, 3, 4, 5, and so on. 2 is never used. */
export function streamIdAt(index: number): number {
  return index === 0 ? 1 : index + 2;
}

export function streamIds(count: number): number[] {
  return Array.from({ length: count }, (_, index) => streamIdAt(index));
}
