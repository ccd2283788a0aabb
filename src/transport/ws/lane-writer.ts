/** The sending half of the fast lane: batches of ready-made frames on the socket under `ws`. */
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { blocksIn, type LoadWriter, type Stamp } from '../channel.js';
import { BatchWriter, type TakeParts } from '../socket/batch-writer.js';
import { FrameBatch } from './frames.js';
import { SharedFrames } from './shared-frames.js';

/** Smaller blocks are written faster from one buffer than in parts. */
const WORTH_PARTS_BYTES = 16 * 1024;
/** That one buffer's, at most. */
const BUFFER_BYTES = 1024 * 1024;

export function laneWriter(
  socket: Duplex,
  masked: boolean,
  blockBytes: number,
  maxBytes: number,
  stamp?: Stamp,
): LoadWriter {
  // TLS would copy all parts into one buffer first.
  const shares = stamp === undefined && blockBytes >= WORTH_PARTS_BYTES && !(socket instanceof TLSSocket);
  const blocks = blocksIn(shares ? maxBytes : Math.min(maxBytes, BUFFER_BYTES), blockBytes);
  const take = shares ? sharing(blockBytes, blocks, masked) : inOneBuffer(blockBytes, blocks, masked, stamp);
  return new BatchWriter(socket, blockBytes, blocks, take);
}

function sharing(blockBytes: number, blocks: number, masked: boolean): TakeParts {
  const frames = new SharedFrames(blockBytes, blocks, masked);
  return (bytes) => frames.take(bytes);
}

function inOneBuffer(blockBytes: number, blocks: number, masked: boolean, stamp?: Stamp): TakeParts {
  const frames = new FrameBatch(blockBytes, blocks, masked, stamp);
  return (bytes) => [frames.take(bytes)];
}
