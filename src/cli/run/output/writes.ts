/**
 * What a failed write means: a client ends and says why, a server warns once and goes on. Where nobody reads its results
 * any more, either ends without a word. What is said beside results, on stderr, is no reason to lose them.
 */
import { fstatSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { exitCodes } from '../../../errors.js';

export type WriteFailure = 'ends' | 'warns';

/** The name is as the user knows the stream: `stdout`, or a flag with its file. */
export function watchWrites(stream: Writable, name: string, means: WriteFailure): () => void {
  const failed = (error: NodeJS.ErrnoException) => {
    const isLog = stream !== process.stdout;
    if (error.code === 'EPIPE' && !(isLog && means === 'warns')) process.exit(exitCodes.local);
    const kind = means === 'ends' ? 'wperf: error' : 'warning';
    const rest = means === 'ends' ? 'free space there, or write elsewhere' : 'the server goes on without it';
    if (!told.has(stream)) {
      process.stderr.write(`${kind}: ${name} cannot be written: ${error.message}: ${rest}\n`);
    }
    told.add(stream);
    if (means === 'ends') process.exit(exitCodes.local);
  };
  stream.on('error', failed);
  return () => stream.off('error', failed);
}

/** A stream that fails at each line is told once. */
const told = new WeakSet<Writable>();

/** The standard streams; may be called again where the command means otherwise. */
export function watchStandardStreams(means: WriteFailure): void {
  if (isFile(STDOUT)) process.stdout._write = writeAll;
  for (const release of releases.splice(0)) release();
  releases.push(watchWrites(process.stdout, 'stdout', means), goOnWithout(process.stderr));
}

const STDOUT = 1;

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

/** Node takes the part that a full disk has room for for all, and says nothing. */
function writeAll(bytes: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(STDOUT, bytes, written);
    done();
  } catch (error) {
    done(error as Error);
  }
}

function goOnWithout(stream: Writable): () => void {
  const failed = () => {};
  stream.on('error', failed);
  return () => stream.off('error', failed);
}

const releases: (() => void)[] = [];
