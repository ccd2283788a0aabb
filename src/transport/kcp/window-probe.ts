/** When to ask a peer that can take nothing whether it can again: word of it may be lost. Pure. */

/** As kcp-go waits; the wait grows by half each time, to a bound. */
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 120_000;

export class WindowProbe {
  #waitMs = FIRST_WAIT_MS;
  #dueMs: number | undefined;

  /** At once where the wait has yet to begin. */
  get dueMs(): number {
    return this.#dueMs ?? 0;
  }

  /** Called at each flush: begins the wait when the window is shut, and forgets it when it is open. */
  isDue(nowMs: number, isShut: boolean): boolean {
    if (!isShut) this.#dueMs = undefined;
    else if (this.#dueMs === undefined) this.#wait(nowMs, FIRST_WAIT_MS);
    else if (nowMs >= this.#dueMs) {
      this.#wait(nowMs, Math.min(MAX_WAIT_MS, this.#waitMs * 1.5));
      return true;
    }
    return false;
  }

  #wait(nowMs: number, waitMs: number): void {
    this.#waitMs = waitMs;
    this.#dueMs = nowMs + waitMs;
  }
}
