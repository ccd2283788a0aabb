/**
 * Which probe goes out when, and when a hop is known. Pure: the clock's milliseconds come in as arguments.
 *
 * Parallel, the default, sends a window of TTLs at once and moves it on as replies come in, so that a whole path takes
 * about one round trip; near hops answer long before far ones and open the window early. Serial has one probe out at a
 * time. Three bounds keep routers' ICMP rate limits from being tripped for nothing: the window ends `lead` TTLs beyond
 * the farthest hop heard, a TTL gets `burst` queries at once and the others `spacingMs` apart, and nothing is sent
 * beyond the TTL that reached the end of the path.
 *
 * Silence at the end of the path is told last: a router that finds its neighbor down says so after seconds, long after
 * the time-out of the probe.
 *
 * Liveness: every probe is settled by a reply or by its timeout, so a trace ends after at most
 * `maxTtl * queries` probes, the timeouts between them, and `lastWordMs`.
 */
import type { Probe, Reply } from './prober.js';

export interface StrategyOptions {
  readonly firstTtl: number;
  readonly maxTtl: number;
  readonly queries: number;
  readonly timeoutMs: number;
  /** Silence at the end of the path may be broken so long after the first probe that met it. */
  readonly lastWordMs: number;
  readonly serial: boolean;
}

/** The probes of one TTL in the order sent; each has its reply, or null for silence. */
export interface SettledTtl {
  readonly ttl: number;
  readonly replies: readonly (Reply | null)[];
  /** The least share of probes lost at any later TTL that is settled too; 1 where there is none. */
  readonly leastLaterLoss: number;
}

export const pacing = {
  /** Beyond the farthest hop heard. A probe too far costs its target one of the six answers that Linux gives at once. */
  lead: 8,
  /** Linux routers answer six at once and then one a second; many others do less. */
  burst: 3,
  spacingMs: 500,
  /** A TTL silent for this part of the timeout no longer holds the window back. */
  patience: 1 / 8,
} as const;

interface Query {
  readonly ttl: number;
  readonly sentMs: number;
  /** Undefined while it is out, null when it was lost. */
  reply: Reply | null | undefined;
}

export class TraceStrategy {
  readonly #options: StrategyOptions;
  readonly #queries = new Map<number, Query[]>();
  /** Probes without an outcome, by id. */
  readonly #out = new Map<number, Query>();
  /** Probes counted as lost, by id. */
  readonly #lost = new Map<number, Query>();
  #nextId = 0;
  #nextKnownTtl: number;
  #lastTtl: number;
  #farthestHeardTtl: number;
  #reached = false;

  constructor(options: StrategyOptions) {
    this.#options = options;
    this.#nextKnownTtl = options.firstTtl;
    this.#lastTtl = options.maxTtl;
    this.#farthestHeardTtl = options.firstTtl - 1;
  }

  /** True once a reply came that ends the path; what lies beyond it is dropped. */
  get reached(): boolean {
    return this.#reached;
  }

  /** True when every TTL up to the end of the path was handed out by `takeKnown`. */
  get finished(): boolean {
    return this.#nextKnownTtl > this.#lastTtl;
  }

  /** The probe to send now, counted as sent; undefined when there is nothing to do before `wakeAtMs` or a reply. */
  next(nowMs: number): Probe | undefined {
    if (this.#isHeld) return undefined;
    const ttl = this.#ttlsInWindow(nowMs).find((candidate) => this.#readyAtMs(candidate) <= nowMs);
    if (ttl === undefined) return undefined;
    const query: Query = { ttl, sentMs: nowMs, reply: undefined };
    const id = this.#nextId++;
    this.#queriesOf(ttl).push(query);
    this.#out.set(id, query);
    return { id, ttl };
  }

  /** Takes the first reply to a probe that is still out, and the last word of a path that fell silent; false of any other. */
  reply(reply: Reply): boolean {
    const query = this.#settle(reply.id, reply) ?? this.#settleLate(reply);
    if (query === undefined) return false;
    this.#farthestHeardTtl = Math.max(this.#farthestHeardTtl, query.ttl);
    if (reply.kind !== 'time-exceeded') {
      this.#reached = true;
      this.#lastTtl = Math.min(this.#lastTtl, query.ttl);
    }
    return true;
  }

  /** Counts as lost what has been out for the whole timeout. */
  expire(nowMs: number): void {
    for (const [id, query] of this.#out) {
      if (query.sentMs + this.#options.timeoutMs <= nowMs) this.#settle(id, null);
    }
  }

  /**
   * When to come back if no reply does: a probe expires, or one may be sent, unless the prober `isBusy`. Not after
   * `nowMs` when one may be now; infinite when there is nothing to come back for.
   */
  wakeAtMs(nowMs: number, isBusy = false): number {
    const { timeoutMs } = this.#options;
    const sentMs = [...this.#out.values()].map((query) => query.sentMs);
    const expiries = sentMs.map((sent) => sent + timeoutMs);
    const openings = sentMs.map((sent) => sent + timeoutMs * pacing.patience).filter((atMs) => atMs > nowMs);
    const sendings = this.#isHeld || isBusy ? [] : this.#ttlsInWindow(nowMs).map((ttl) => this.#readyAtMs(ttl));
    const lastWord = nowMs < this.#lastWordAtMs ? [this.#lastWordAtMs] : [];
    return Math.min(...expiries, ...openings, ...sendings, ...lastWord);
  }

  /** TTLs that have become known since the last call, in order. */
  takeKnown(nowMs: number): readonly SettledTtl[] {
    const isAwaited = (ttl: number) => ttl > this.#farthestHeardTtl && nowMs < this.#lastWordAtMs;
    const isKnown = (ttl: number) => this.#isSettled(ttl) && !isAwaited(ttl);
    const known: SettledTtl[] = [];
    while (!this.finished && isKnown(this.#nextKnownTtl)) known.push(this.#settled(this.#nextKnownTtl++));
    return known;
  }

  /** For a trace cut short: TTLs not yet handed out up to the farthest heard, without the probes that are still out. */
  takeUnfinished(): readonly SettledTtl[] {
    const rest: SettledTtl[] = [];
    while (this.#nextKnownTtl <= Math.min(this.#farthestHeardTtl, this.#lastTtl)) {
      rest.push(this.#settled(this.#nextKnownTtl++));
    }
    return rest;
  }

  get #isHeld(): boolean {
    return this.#options.serial && this.#out.size > 0;
  }

  #ttlsInWindow(nowMs: number): number[] {
    const start = this.#nextKnownTtl;
    const end = Math.min(
      this.#lastTtl,
      this.#options.serial ? this.#firstUnsettledFrom(start) : this.#front(nowMs) + pacing.lead,
    );
    const ttls = Array.from({ length: Math.max(0, end - start + 1) }, (_, index) => start + index);
    return ttls.filter((ttl) => this.#queriesOf(ttl).length < this.#options.queries);
  }

  /** The farthest TTL that was heard or has been silent for too long to wait for. */
  #front(nowMs: number): number {
    const waitedSinceMs = nowMs - this.#options.timeoutMs * pacing.patience;
    let front = this.#farthestHeardTtl;
    for (const [ttl, [first]] of this.#queries) {
      if (first !== undefined && (first.sentMs <= waitedSinceMs || first.reply === null)) front = Math.max(front, ttl);
    }
    return front;
  }

  #firstUnsettledFrom(ttl: number): number {
    return this.#isSettled(ttl) ? this.#firstUnsettledFrom(ttl + 1) : ttl;
  }

  /** Whatever silence there is beyond the farthest TTL heard is settled then. */
  get #lastWordAtMs(): number {
    const [first] = this.#queries.get(this.#farthestHeardTtl + 1) ?? [];
    return first === undefined ? Number.NEGATIVE_INFINITY : first.sentMs + this.#options.lastWordMs;
  }

  #readyAtMs(ttl: number): number {
    const queries = this.#queriesOf(ttl);
    const last = queries.at(-1);
    return last === undefined || queries.length < pacing.burst ? 0 : last.sentMs + pacing.spacingMs;
  }

  #isSettled(ttl: number): boolean {
    const queries = this.#queriesOf(ttl);
    return queries.length === this.#options.queries && queries.every((query) => query.reply !== undefined);
  }

  #settled(ttl: number): SettledTtl {
    const replies = this.#queriesOf(ttl).flatMap(({ reply }) => (reply === undefined ? [] : [reply]));
    return { ttl, replies, leastLaterLoss: this.#leastLossBeyond(ttl) };
  }

  #leastLossBeyond(ttl: number): number {
    const later = [...this.#queries.keys()].filter((key) => key > ttl && key <= this.#lastTtl && this.#isSettled(key));
    const losses = later.map((key) => this.#queriesOf(key).filter(({ reply }) => reply === null).length);
    return Math.min(1, ...losses.map((lost) => lost / this.#options.queries));
  }

  #queriesOf(ttl: number): Query[] {
    const known = this.#queries.get(ttl);
    if (known !== undefined) return known;
    const fresh: Query[] = [];
    this.#queries.set(ttl, fresh);
    return fresh;
  }

  #settle(id: number, outcome: Reply | null): Query | undefined {
    const query = this.#out.get(id);
    if (query === undefined) return undefined;
    query.reply = outcome;
    this.#out.delete(id);
    if (outcome === null) this.#lost.set(id, query);
    return query;
  }

  /** What ends the path counts for as long as its TTL is not told. */
  #settleLate(reply: Reply): Query | undefined {
    const query = this.#lost.get(reply.id);
    if (query === undefined || reply.kind === 'time-exceeded' || query.ttl < this.#nextKnownTtl) return undefined;
    this.#lost.delete(reply.id);
    query.reply = reply;
    return query;
  }
}
