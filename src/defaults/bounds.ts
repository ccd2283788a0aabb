/** What is held, believed and noticed at most. */

export const bounds = {
  /** Of one name; all of them are tried within 4 s. */
  addressesTried: 16,
  /** The largest control message; a result with the server's output is the largest there is. */
  controlBytes: 128 * 1024,
  /** The largest binary frame: the largest block with room for a header. */
  frameBytes: 4 * 1024 * 1024,
  /** Headers of an upgrade request, or of a proxy's answer. */
  headerBytes: 16 * 1024,
  /** Of a proxy before its final one: one each few seconds for as long as `--connect-timeout` may be. */
  interimAnswers: 1000,
  /** Of those, the hello; a larger one goes as a message. */
  helloHeaderBytes: 8 * 1024,
  /** A PROXY protocol header, extensions included. */
  proxyHeaderBytes: 4096,
  /** Proxies on the way to a server that are looked at, from the nearest on. */
  forwardedHops: 32,
  /** Open connections of a server, over all clients. */
  connections: 512,
  /** Connections beyond those, kept for telling a client that the server is full. */
  spareConnections: 64,
  /** Descriptors of a server that are kept for telling a client that there are no more. */
  spareDescriptors: 8,
  /** Open connections of one address, or of one /64 of IPv6: room for a test of the most streams, and as many left to others. */
  connectionsOfOne: 256,
  /** Connections for load that have not shown their key; the one that has waited longest makes room. */
  keylessStreams: 128,
  /** Numbers that a transport of load can be told. */
  transportSettings: 16,
  /** Requests that carry the load of one stream at a time: browsers open six connections to a host, for all tabs. */
  loadRequests: 4,
  /** Of one body of load: half a second at 1 Gbit/s. */
  uploadBytes: 64 * 1024 * 1024,
  /** Of bodies before a stream's test, which try out the way. */
  trialBytes: 4 * 1024 * 1024,
  /** Looked at before a connection must be claimed. */
  openingBytes: 256,
  /** The server's own report, sent to a client that asked for it. */
  serverOutputBytes: 64 * 1024,
  /** Round trips of the kernel's that are kept for their percentiles; half as many are enough. */
  kernelRoundTrips: 16_384,
  /** A result that is read back: a test of a day has some 50 MB. */
  documentBytes: 256 * 1024 * 1024,
  /** Latency pings before a test's load. */
  idlePings: 20,
  /** Round trips under load that are told one by one: seven minutes of them; of a longer test every second, third ... */
  latencySamples: 4096,
  /** Pings of one connection without an answer yet; a hundred are out when one goes each 0.1 s for `waits.pongSeconds`. */
  pingsInFlight: 128,
  /** Of those, before any is answered: the segments that TCP sends before it has heard from the path (RFC 6928). */
  firstPingsInFlight: 10,
  /** Of a peer that speaks before this end listens. */
  unheardTexts: 16,
  /** Unread answers to pings by text; beyond this the peer is flooding us. */
  queuedAnswerBytes: 64 * 1024,
  /** Load that one stream keeps ready for writing at most; several share twice that. */
  batchBytes: 4 * 1024 * 1024,
  /**
   * Load messages of one connection that wait for a simulated delay to pass. Of each only its size and head are kept:
   * some 5 MB in all. What would be more waits at the sender.
   */
  delayedMessages: 16_384,
  /** UDP, where the kernel drops what it has no room for. */
  datagrams: {
    /** Asked of the kernel for what arrives: 3,600 datagrams of 1,400 bytes, or 36 ms of a gigabit. */
    receiveBufferBytes: 4 * 1024 * 1024,
    /** Read of one socket before timers and others have their turn, and for how long. */
    aTurn: 512,
    turnSeconds: 0.001,
    /** Of one socket that wait in this process where the system takes them one by one. */
    queued: 128,
  },
} as const;

/** When a process that does not run is noticed. */
export const standstill = {
  /** From one look to the next. */
  lookSeconds: 0.1,
  /** A shorter one is what a busy machine costs now and then. */
  leastSeconds: 0.5,
} as const;

/** What a receiver of numbered packets believes. */
export const packetBounds = {
  /** A packet numbered this far ahead of the last, or a sender's whole rate for `jumpSeconds`, is no packet of the test. */
  sequenceJump: 1_000_000,
  /** Longer than an end may be silent before it is taken for lost. */
  jumpSeconds: 30,
  /** Packets later than this many numbers are taken for duplicates: one bit is kept for each. */
  sequenceWindow: 65_536,
  /** A transit time that changes by more than this was a step of the sender's clock. */
  clockStepMs: 60_000,
  /** Delays kept for their percentiles; half as many are enough. */
  delaySamples: 16_384,
} as const;
