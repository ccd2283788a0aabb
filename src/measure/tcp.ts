/** Kernel figures of one sending connection, gathered into what each interval and the whole test saw. Pure. */

/** Where received load ends: dropped by the kernel as it is counted, or copied into the process that counts. */
export type LoadReader = 'kernel' | 'process';

/** What the kernel knows of a connection (Linux TCP_INFO); absent wherever the platform does not tell. */
export interface TcpSample {
  /** Segments retransmitted since the connection began. */
  readonly retransmits: number;
  readonly cwndBytes: number;
  /** The peer's advertised receive window; 0 where the kernel does not tell. */
  readonly sndWndBytes: number;
  /** The peer has no room for a segment: what has reached it is not read. Undefined where the kernel does not tell. */
  readonly isWindowClosed?: boolean;
  /** Since the peer last acknowledged anything: what its round trips are goes back to then. */
  readonly sinceAckMs: number;
  readonly rttUs: number;
  readonly rttVarUs: number;
  readonly pathMtu: number;
  readonly reorder: number;
  readonly mss: number;
  /** Of what was written, bytes that the peer has not acknowledged yet, about; undefined where the kernel does not tell. */
  readonly waitingBytes?: number;
}

/** What a kernel has of the options of a connection's socket; absent is what it does not tell. */
export interface SocketFacts {
  readonly sndbufBytes?: number;
  readonly rcvbufBytes?: number;
  readonly tos?: number;
  readonly mssBytes?: number;
  readonly congestion?: string;
}

/** Kernel figures of a sending stream over the whole test. */
export interface TcpSummary {
  readonly retransmits: number;
  readonly reorder: number;
  readonly maxCwndBytes: number;
  readonly maxSndWndBytes: number;
  readonly maxRttUs: number;
  readonly minRttUs: number;
  readonly meanRttUs: number;
}

/** What is told of a far sender: some dialects tell its retransmissions alone. */
export type TcpTotals = Pick<TcpSummary, 'retransmits'> & Partial<TcpSummary>;

export class TcpGathering {
  #base: number;
  /** Counts at the last interval, and at the last look. */
  #last: number;
  #seen: number;
  #samples = 0;
  #rttSumUs = 0;
  #minRttUs = Number.POSITIVE_INFINITY;
  #maxRttUs = 0;
  #maxCwndBytes = 0;
  #maxSndWndBytes = 0;
  #reorder = 0;

  constructor(first: TcpSample) {
    this.#base = first.retransmits;
    this.#last = first.retransmits;
    this.#seen = first.retransmits;
    this.look(first);
  }

  /** The sample with the retransmissions since the one before. */
  add(sample: TcpSample): TcpSample {
    const retransmits = sample.retransmits - this.#last;
    this.#last = sample.retransmits;
    this.look(sample);
    return { ...sample, retransmits };
  }

  /** A look outside the intervals: it counts for the whole test, and leaves the interval that runs alone. */
  look(sample: TcpSample): void {
    this.#seen = Math.max(this.#seen, sample.retransmits);
    this.#samples += 1;
    this.#rttSumUs += sample.rttUs;
    this.#minRttUs = Math.min(this.#minRttUs, sample.rttUs);
    this.#maxRttUs = Math.max(this.#maxRttUs, sample.rttUs);
    this.#maxCwndBytes = Math.max(this.#maxCwndBytes, sample.cwndBytes);
    this.#maxSndWndBytes = Math.max(this.#maxSndWndBytes, sample.sndWndBytes);
    this.#reorder = Math.max(this.#reorder, sample.reorder);
  }

  /** Leaves out what was retransmitted so far: the omitted beginning is over. */
  forgetRetransmits(): void {
    this.#base = this.#last;
  }

  summary(): TcpSummary {
    return {
      retransmits: this.#seen - this.#base,
      reorder: this.#reorder,
      maxCwndBytes: this.#maxCwndBytes,
      maxSndWndBytes: this.#maxSndWndBytes,
      maxRttUs: this.#maxRttUs,
      minRttUs: this.#minRttUs,
      meanRttUs: Math.round(this.#rttSumUs / this.#samples),
    };
  }
}

/** What the kernel made of a connection's settings; of a buffer Linux gives twice what was asked, for its own needs. */
export interface SocketSettings {
  readonly sndbufBytes?: number;
  readonly rcvbufBytes?: number;
  readonly noDelay?: boolean;
}
