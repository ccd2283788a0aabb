/** Whether somebody on the way keeps a body back until he has it whole. Pure. */

/** Shorter than this nothing can be told, and nothing is lost by it. */
const TELLING_SECONDS = 0.05;
const LEAST_SHARE = 0.3;

/** `spentSeconds` as the sender saw it, round trip taken off; `arrivedSeconds` from the first byte to the last at the server. */
export function isSpooled(spentSeconds: number, arrivedSeconds: number): boolean {
  return spentSeconds > TELLING_SECONDS && arrivedSeconds < LEAST_SHARE * spentSeconds;
}
