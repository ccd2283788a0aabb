/** How long each wait may last, so that no end ever hangs. */
export const waits = {
  /** From one address of a name to the next: the Connection Attempt Delay of RFC 8305, section 8. */
  nextAddressSeconds: 0.25,
  /** For all addresses of a name, before those of either family are searched by themselves. */
  bothFamiliesSeconds: 1,
  /** From an accepted socket to its first bytes, and from those to the end of the HTTP request. */
  firstBytesSeconds: 10,
  /** Where descriptors are short, for the whole request: who has said nothing for so long makes room. */
  idleSeconds: 2,
  /** From one shortage of descriptors to the next that is worth a word. */
  shortageSeconds: 60,
  /** Each step of the handshake: hello, proof, grant. */
  handshakeStepSeconds: 10,
  /** From a grant to the connection for load that shows its key, and from such a connection to its key. */
  keySeconds: 5,
  /** Of a connection for requests with load, from one to the next: round trips are measured meanwhile. */
  keepAliveSeconds: 20,
  /** For a transport to connect. */
  loadConnectSeconds: 5,
  /** For a module of the user's to begin to listen, and to stop. */
  moduleSeconds: 5,
  /** For a server's answer over UDP, both round trips of it; and from one try to the next, at first. */
  datagramAnswerSeconds: 2.9,
  datagramRetrySeconds: 0.15,
  /** From one sign of life over UDP to the next: translators of addresses forget after 30 s at the soonest. */
  datagramAliveSeconds: 5,
  /** For packets that are on their way when their sender has told how many they were. */
  stragglerSeconds: 0.5,
  /** From grant to start: the client opens its other streams and measures round trips meanwhile. */
  startSeconds: 60,
  /** From start to the first payload byte. */
  firstPayloadSeconds: 15,
  /** An end from which nothing at all arrives for this long is lost. A mobile handover may be silent for ten seconds. */
  peerSilenceSeconds: 15,
  /** Each end sends a WebSocket ping this often, so that silence means loss. */
  heartbeatSeconds: 2,
  /** Added to one round trip: how long the client waits after its deadline for the far side's result. */
  resultGraceSeconds: 0.4,
  /** How long a receiver of packets waits, after its deadline, for the word of the sender that stands behind them all. */
  packetGraceSeconds: 2,
  /** How long a server waits after its result for the client's result and close. */
  closeSeconds: 3,
  /** For the last bytes over KCP to be acknowledged: some timeouts long on most paths. */
  kcpEndSeconds: 1,
  /** For the reader of what a program has written that was told to end. */
  lastOutputSeconds: 0.5,
  /** For a client's goodbye, when all is said. */
  partingSeconds: 0.1,
  /** For the goodbye of a client that has no test running when the server stops. */
  stopSeconds: 1,
  /** Round trips measured before a test: at most this many samples and this much time. */
  rttSamples: 10,
  rttBudgetSeconds: 1,
  /** A path where all of them take no longer is measured once the server has granted the test. */
  rttAnewSeconds: 0.02,
  /** Of a ping before the load, for the answer to the one before: more would make a test wait. */
  idlePatienceSeconds: 0.003,
  /** For the connection that measures latency; a test is not held up longer by one that fails. */
  latencyOpenSeconds: 5,
  /** Beyond its round trip, for the answer to a ping on a connection without load: longer, and the path seems cut. */
  cutSeconds: 1,
  /** From one latency ping to the next during a test: enough for percentiles of ten seconds, too little to be load. */
  latencyIntervalSeconds: 0.1,
  /** A ping without an answer for so long is lost, as for Debian's ping. */
  pongSeconds: 10,
  /** For the name of a hop; meanwhile its other probes are out. */
  hopNameMs: 1000,
  /** For what the target answers by itself, where another address has spoken in its name; no longer than the time-out of probes. */
  claimMs: 1000,
  /** How often an in-band trace looks whether its connection is quiet again; the kernel repeats a segment after 200 ms. */
  inbandLookMs: 10,
  /** A whole in-band trace: thirty silent hops, each with its timeout and the delivery after it, on a path of 500 ms. */
  inbandTraceSeconds: 90,
  /** Linux begins to stamp packets in the background, well after the call that asks for it has returned. */
  kernelStampsMs: 5,
} as const;
