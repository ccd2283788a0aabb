/**
 * How large a message a stream sends when it has a rate to keep. A message is written whole, so one of 64 KiB at 10
 * kbit/s would be 52 seconds' worth at once: the path would see bursts at its own speed, and not the rate. Pure.
 */

/** What a message is worth at most, so that no tenth of a second holds more than the rate and a fifth. */
const BLOCK_SECONDS = 0.02;
/** Smaller messages would be all header; they hold the number and the time that a dialect may want at their beginning. */
const LEAST_BYTES = 16;

/** Never more than was asked for. 0 bits a second is no rate. */
export function pacedBlockBytes(blockBytes: number, bitsPerSecond: number): number {
  if (bitsPerSecond === 0) return blockBytes;
  const worth = Math.floor((bitsPerSecond * BLOCK_SECONDS) / 8);
  return Math.min(blockBytes, Math.max(LEAST_BYTES, worth));
}
