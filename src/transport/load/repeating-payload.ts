/** iperf3's other payload, for paths that treat what they carry by what it holds: the digits, begun anew in each block. */
import { blocksIn } from '../channel.js';

/** So much of it at once spares system calls. */
const BATCH_BYTES = 256 * 1024;

export function fillWithDigits(block: Uint8Array): void {
  for (let i = 0; i < block.length; i++) block[i] = 0x30 + (i % 10);
}

/** Gives so many bytes in parts, from the beginning of a block on. */
export function repeatingPayload(blockBytes: number): (bytes: number) => Buffer[] {
  const block = Buffer.allocUnsafeSlow(blockBytes);
  fillWithDigits(block);
  const blocks = Buffer.concat(Array(blocksIn(BATCH_BYTES, blockBytes)).fill(block));
  return (bytes) => {
    const parts: Buffer[] = [];
    for (let left = bytes; left > 0; left -= blocks.length) parts.push(blocks.subarray(0, left));
    return parts;
  };
}
