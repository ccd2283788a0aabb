/** What a server does for its clients beyond tests of its own. */
import { limits } from './asked.js';

/** Routes back that a server traces for its clients. */
export const traceService = {
  defaults: {
    /** Routes at a time. */
    concurrent: 4,
    /** How long a result is kept for those who ask again. */
    cacheSeconds: 60,
    /** Of one trace: enough for 30 hops with 3 queries, and for going on in-band. */
    packets: 300,
    /** Of all traces together: thirty usual ones, and no more than 50 packets a second. */
    packetsPerMinute: 3000,
    /** Of one trace by the wall clock. */
    seconds: 60,
    hideHops: 0,
  },
  limits: {
    concurrent: { min: 1, max: 64 },
    cacheSeconds: { min: 0, max: 3600 },
    packets: { min: 1, max: 2550 },
    packetsPerMinute: { min: 1, max: 1_000_000 },
    seconds: { min: 1, max: 600 },
    hideHops: { min: 0, max: 255 },
  },
  /** Results kept at a time, the newest; each holds a few KiB. */
  keptResults: 256,
  /** Of a round trip told by a server: the longest time-out and as long again for delivery. */
  rttMs: 120_000,
  /** Deeper label stacks are cut. */
  mplsLabels: 16,
  /** Beyond the granted seconds, until a server must have told the end of a trace. */
  graceSeconds: 10,
  /** For a server to close after the end of a trace. */
  closeSeconds: 1,
} as const;

/** What a server allows each test, where it bounds the rate. */
export const serverRate = {
  bitsPerSecond: { min: 1000, max: limits.bitsPerSecond.max },
  /** Over which the rate is averaged, and how often in that time it is looked at; the seconds are iperf3's. */
  seconds: 5,
  secondsLimits: { min: 0.1, max: 60 },
  looks: 10,
  /** That a client's test may have begun earlier than its server's: on the way, and where either stood still meanwhile. */
  aheadSeconds: 0.5,
  /** Clocks differ. */
  tolerance: 1.01,
} as const;

/** Clients of iperf3. */
export const iperf3Service = {
  defaults: {
    /** Of a write and of a packet, where a client says nothing. */
    blockBytes: 128 * 1024,
    packetBytes: 1460,
  },
  /** Connections for load that all tests together may have, and those of one address: two tests of the most streams. */
  streams: 1024,
  streamsOfOne: 512,
  /** Neither end moves a byte for so long: as iperf3's `--rcv-timeout`. Slow senders have long pauses. */
  silenceSeconds: 120,
  /** A test that its client does not end is over so long behind its time, as at iperf3's server. */
  overtimeSeconds: 40,
  /** From the loss of a connection for load to the word that the test is over, which comes by another. */
  lostSeconds: 1,
  /** Rows of intervals that the server's own report may have which a client asks for. */
  outputRows: 4096,
} as const;
