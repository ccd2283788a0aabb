/** What carries load. */

/** The search for the longest datagram that a path takes. */
export const datagramProbe = {
  /** Tried at once, and how often those without an answer, each time for so long. */
  lengths: 16,
  tries: 2,
  roundSeconds: 0.35,
  /** What fills a frame of usual and of jumbo Ethernet, and of PPPoE, by IPv4 and by IPv6. */
  usualBytes: [1444, 1452, 1464, 1472, 8952, 8972],
  /** Of one client that asks. */
  answers: 2048,
} as const;

/** KCP, as iperf-go sets it, but for a send window that does not hold back every path. */
export const kcp = {
  defaults: { mtu: 1400, sendWindow: 512, receiveWindow: 512, interval: 10, resend: 0, noDelay: 0, congestion: 0 },
  limits: {
    /** A header and something to carry; a jumbo frame's payload. */
    mtu: { min: 128, max: 8972 },
    /** Segments. */
    sendWindow: { min: 1, max: 32_768 },
    receiveWindow: { min: 1, max: 32_768 },
    /** Milliseconds, as in the published code. */
    interval: { min: 10, max: 5000 },
    resend: { min: 0, max: 100 },
    /** 0 or 1. */
    noDelay: { min: 0, max: 1 },
    congestion: { min: 0, max: 1 },
  },
} as const;
