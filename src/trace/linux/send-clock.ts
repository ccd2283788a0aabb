/**
 * When each probe left: the kernel's own time stamp where it came, else the clock read just before the send call. The
 * kernel numbers the stamps by send call (SOF_TIMESTAMPING_OPT_ID).
 */
import type { Ancillary } from '../packet/errqueue.js';

interface Departure {
  readonly beforeNs: bigint;
  kernelNs?: bigint;
}

export class SendClock {
  readonly #departures = new Map<number, Departure>();
  #probeOfSend: number[] = [];

  sent(probeId: number, beforeNs: bigint): void {
    this.#departures.set(probeId, { beforeNs });
    this.#probeOfSend.push(probeId);
  }

  /** The kernel's numbering has begun anew; earlier probes without a stamp keep the clock's reading. */
  restart(): void {
    this.#probeOfSend = [];
  }

  /** What came back with a packet may be the stamp of one that left. */
  note({ error, stampNs }: Ancillary): void {
    if (error?.origin === 'time-stamp' && stampNs !== undefined) this.stamped(error.sendNumber, stampNs);
  }

  stamped(sendNumber: number, stampNs: bigint): void {
    const probeId = this.#probeOfSend[sendNumber];
    const departure = probeId === undefined ? undefined : this.#departures.get(probeId);
    // A stamp older than the probe is a late one from before a restart.
    if (departure !== undefined && stampNs >= departure.beforeNs) departure.kernelNs ??= stampNs;
  }

  /** Undefined for a probe that was never sent. */
  rttMs(probeId: number, arrivalNs: bigint): number | undefined {
    const departure = this.#departures.get(probeId);
    if (departure === undefined) return undefined;
    const rttNs = arrivalNs - (departure.kernelNs ?? departure.beforeNs);
    return Math.max(0, Number(rttNs) / 1e6);
  }
}
