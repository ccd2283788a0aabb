/** Pings that are out: which answer is whose, and what is given up. Moments come in; milliseconds. Pure. */
interface Ping {
  readonly sentMs: number;
  resolve(rttMs: number): void;
  reject(error: Error): void;
}

export class OpenPings<K> {
  readonly #most: number;
  /** In the order in which they were sent. */
  readonly #pings = new Map<K, Ping>();

  /** When `most` are out the next gives them all up. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The round trip of a ping sent now; rejects when it is given up. */
  add(key: K, sentMs: number): Promise<number> {
    if (this.#pings.size === this.#most) this.loseAll();
    return new Promise((resolve, reject) => {
      this.#pings.set(key, { sentMs, resolve, reject });
    });
  }

  /** Undefined for an answer to no ping that is out. */
  sentMs(key: K): number | undefined {
    return this.#pings.get(key)?.sentMs;
  }

  /**
   * A peer may answer the newest of several pings alone (RFC 6455, section 5.5.3): older ones get no answer then. False
   * for an answer to no ping that is out.
   */
  answered(key: K, nowMs: number): boolean {
    if (!this.#pings.has(key)) return false;
    for (const [other, older] of this.#pings) {
      if (other === key) break;
      this.#lose(other, older);
    }
    return this.answeredAlone(key, nowMs);
  }

  /** The same where a peer answers each, in whatever order: older ones stay out. */
  answeredAlone(key: K, nowMs: number): boolean {
    const ping = this.#pings.get(key);
    if (!ping) return false;
    this.#pings.delete(key);
    ping.resolve(nowMs - ping.sentMs);
    return true;
  }

  loseAll(): void {
    for (const [key, ping] of this.#pings) this.#lose(key, ping);
  }

  #lose(key: K, ping: Ping): void {
    this.#pings.delete(key);
    ping.reject(new Error('no answer to the ping'));
  }
}
