/** `bytes` of stream `id` (1 to `streams`) when `total` bytes are shared out; undefined stays undefined. */
export function shareOf(total: number | undefined, id: number, streams: number): number | undefined {
  if (total === undefined) return undefined;
  return Math.floor(total / streams) + (id <= total % streams ? 1 : 0);
}
