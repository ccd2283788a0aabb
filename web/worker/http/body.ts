/** Random bodies of any size, all cut from one that the browser keeps. */
import { randomBytes } from '../channel.js';

const PIECE_BYTES = 1024 * 1024;
let whole = new Blob([]);

/** Settles when the browser has it. */
export async function makeBody(bytes: number): Promise<void> {
  await bodyOf(bytes).slice(-1).arrayBuffer();
}

export function bodyOf(bytes: number): Blob {
  if (whole.size < bytes) {
    const piece = randomBytes(PIECE_BYTES);
    whole = new Blob(Array.from({ length: Math.ceil(bytes / PIECE_BYTES) }, () => piece));
  }
  return whole.slice(0, bytes);
}
