/** Every default and limit of wperf, each declared once, with its reason. Times are seconds and sizes bytes unless named. */

export const defaults = {
  port: 8765,
  seconds: 10,
  intervalSeconds: 1,
  streams: 1,
  blockBytes: 64 * 1024,
  connectTimeoutMs: 10_000,
  omitSeconds: 0,
  /** No limit. */
  bitsPerSecond: 0,
  /** Fits into one frame of Ethernet with room for headers, at a rate that any link carries. */
  datagram: { blockBytes: 1400, bitsPerSecond: 1e6 },
  /** Of real packets, where the path takes them: a jumbo frame's worth. Interfaces that take more are no wires. */
  longestPacketBytes: 8972,
  pingCount: 10,
  /** Route traces; the ports are where others' traceroutes begin and where web servers listen. */
  trace: {
    maxHops: 30,
    firstHop: 1,
    queries: 3,
    /** Each costs the connection a retransmission. */
    inbandQueries: 1,
    timeoutSeconds: 1,
    /** Linux asks three times, a second apart, for a neighbor that is down before it says so. */
    lastWordSeconds: 3.5,
    udpPort: 33_434,
    tcpPort: 80,
  },
} as const;

/** What depends on the kind of test. */
export function loadDefaults(mode: 'throughput' | 'datagram') {
  const { blockBytes, bitsPerSecond } = defaults;
  return mode === 'datagram' ? defaults.datagram : { blockBytes, bitsPerSecond };
}

export function blockLimits(mode: 'throughput' | 'datagram') {
  return mode === 'datagram' ? limits.datagram.blockBytes : limits.blockBytes;
}

export const limits = {
  /** A test as long as a day; the same ceiling as iperf3's. */
  seconds: { min: 0.1, max: 86_400 },
  bytes: { min: 1, max: Number.MAX_SAFE_INTEGER },
  omitSeconds: { min: 0, max: 600 },
  intervalSeconds: { min: 0.1, max: 60 },
  streams: { min: 1, max: 128 },
  blockBytes: { min: 1024, max: 1024 * 1024 },
  /** A packet holds its header and is no larger than UDP's largest. */
  datagram: { blockBytes: { min: 64, max: 65_507 } },
  bitsPerSecond: { min: 0, max: 1e12 },
  connectTimeoutMs: { min: 1, max: 3_600_000 },
  /** Of a peer; it gives a sign of life every `waits.heartbeatSeconds`, which a slow path may hold up. */
  silenceSeconds: { min: 5, max: 3600 },
  port: { min: 0, max: 65_535 },
  /** Text given with `--title` and `--extra-data`; longer text would not fit a control message beside its other fields. */
  titleCharacters: 1024,
  /** Of a configuration file: every flag with a value of hundreds of characters. */
  configBytes: 65_536,
  /** A token longer than this is surely a mistaken file. */
  tokenCharacters: 1024,
  pingCount: { min: 1, max: 1_000_000 },
  /** Results beside each other. */
  compared: { min: 2, max: 20 },
  /** Results of routes in the report of a test. */
  routesBesideTest: { min: 0, max: 8 },
  /** What a user may ask of a test's figures. */
  latencyBoundMs: { min: 0, max: 3_600_000 },
  lossBoundPercent: { min: 0, max: 100 },
  /** A TTL is one byte. */
  traceHops: { min: 1, max: 255 },
  traceQueries: { min: 1, max: 10 },
  traceTimeoutSeconds: { min: 0.05, max: 60 },
  traceLastWordSeconds: { min: 0, max: 60 },
  inbandQueries: { min: 1, max: 3 },
  /** The longest host name there is. */
  hopNameCharacters: 253,
  /** Simulated conditions. Delays are such that a round trip over both ends comes back before a ping is given up. */
  simulation: {
    latencyMs: { min: 0, max: 3000 },
    jitterMs: { min: 0, max: 1000 },
    lossPercent: { min: 0, max: 100 },
    mtuBytes: { min: 64, max: 1024 * 1024 },
    /** The kernel has a ceiling of its own. */
    bufferBytes: { min: 1024, max: 1024 * 1024 * 1024 },
    seed: { min: 0, max: 2 ** 32 - 1 },
  },
  /** Options of sockets. */
  socket: {
    /** The kernel has a ceiling of its own. */
    windowBytes: { min: 1024, max: 1024 * 1024 * 1024 },
    /** One octet. */
    tos: { min: 0, max: 255 },
    dscp: { min: 0, max: 63 },
    /** What Linux takes: TCP_MIN_MSS to MAX_TCP_WINDOW. */
    mssBytes: { min: 88, max: 32_767 },
    localPort: { min: 1, max: 65_535 },
    /** TCP_CA_NAME_MAX and IFNAMSIZ, without their closing byte. */
    nameCharacters: 15,
  },
} as const;

/** How long each wait may last, so that no end ever hangs. */
export const waits = {
  /** From one address of a name to the next: the Connection Attempt Delay of RFC 8305, section 8. */
  nextAddressSeconds: 0.25,
  /** From an accepted socket to its first bytes, and from those to the end of the HTTP request. */
  firstBytesSeconds: 10,
  /** Each step of the handshake: hello, proof, grant. */
  handshakeStepSeconds: 10,
  /** From a grant to the connection for load that shows its key, and from such a connection to its key. */
  keySeconds: 5,
  /** Of a connection for requests with load, from one to the next: round trips are measured meanwhile. */
  keepAliveSeconds: 20,
  /** For a transport to connect. */
  loadConnectSeconds: 5,
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
  /** From one latency ping to the next during a test: enough for percentiles of ten seconds, too little to be load. */
  latencyIntervalSeconds: 0.1,
  /** A ping without an answer for so long is lost, as for Debian's ping. */
  pongSeconds: 10,
  /** For the name of a hop; meanwhile its other probes are out. */
  hopNameMs: 1000,
  /** How often an in-band trace looks whether its connection is quiet again; the kernel repeats a segment after 200 ms. */
  inbandLookMs: 10,
  /** A whole in-band trace: thirty silent hops, each with its timeout and the delivery after it, on a path of 500 ms. */
  inbandTraceSeconds: 90,
  /** Linux begins to stamp packets in the background, well after the call that asks for it has returned. */
  kernelStampsMs: 5,
} as const;

export const bounds = {
  /** Of one name; all of them are tried within 4 s. */
  addressesTried: 16,
  /** The largest control message; a result with the server's output is the largest there is. */
  controlBytes: 128 * 1024,
  /** The largest binary frame: the largest block with room for a header. */
  frameBytes: 4 * 1024 * 1024,
  /** Request headers of an upgrade request. */
  headerBytes: 16 * 1024,
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

/** The dialect of the original wperf. */
export const legacy = {
  /** How long its server sends when no `-t` says otherwise. */
  seconds: 10,
  /** Bytes of a message after its number, unless `sim_mtu` says otherwise. */
  blockBytes: 64 * 1024,
  /** Its library takes messages of up to 1 MiB, the number included. */
  simMtu: { min: 1, max: 1024 * 1024 - 8 },
  /** The longest text that any of its messages or tokens can be. */
  textCharacters: 4096,
  /** From the last packet to its server's figures. */
  figuresSeconds: 10,
  /** For a client's goodbye: its server works off what it was sent first. */
  partingSeconds: 3,
  /** From one hop of a route to the next: its server looks each up in the DNS and on the web first. */
  hopSeconds: 30,
  /** Answers to pings that have had one, or that were given up long ago. */
  repeatedPongs: 1000,
  /** Unread answers to pings; beyond this the client is flooding us. */
  queuedBytes: 64 * 1024,
} as const;

/** What a server allows each test, where it bounds the rate. */
export const serverRate = {
  bitsPerSecond: { min: 1000, max: limits.bitsPerSecond.max },
  /** Over which the rate is averaged, and how often in that time it is looked at; the seconds are iperf3's. */
  seconds: 5,
  secondsLimits: { min: 0.1, max: 60 },
  looks: 10,
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
  /** Of a file of users: hundreds of thousands. */
  usersBytes: 32 * 1024 * 1024,
  /** Rows of intervals that the server's own report may have which a client asks for. */
  outputRows: 4096,
} as const;

/** The dialect of iperf3. */
export const iperf3 = {
  port: 5201,
  /** For each step until the test runs: its server reads at its leisure. */
  stepSeconds: 10,
  /** For the answer to the first datagram of a stream, as iperf3 waits; and from one such datagram to the next. */
  datagramSeconds: 30,
  datagramRetrySeconds: 1,
  /** From the end of the test to the server's results. */
  resultSeconds: 15,
  /** From the results to the word that all is over. */
  partingSeconds: 1,
  /** For the server's reason, once a connection for load is lost. */
  reasonSeconds: 0.5,
  /** For what a test by bytes has sent to be acknowledged, and then to be read, before its end cuts it off. */
  deliverySeconds: 30,
  deliveryLookSeconds: 0.01,
  readingSeconds: 0.05,
  /** From one try of a busy server to the next. */
  retrySeconds: 1,
  retryLimits: { min: 1, max: 86_400 },
  /** Of a user's name and of a password. */
  loginCharacters: 128,
} as const;

export const geoip = {
  /** Country and AS assignments drift by about a percent a month; older data than this is warned about. */
  staleDays: 120,
  /** How often a running process looks whether its files were replaced. */
  pollMs: 10_000,
  /** A database is held in memory whole; the largest commercial ones are near half of this. */
  fileBytes: 1024 * 1024 * 1024,
  asNameCharacters: 120,
  /** Where `geoipupdate` and the systems' packages put their files. */
  systemFolders: [
    '/usr/share/GeoIP',
    '/var/lib/GeoIP',
    '/usr/local/share/GeoIP',
    '/usr/local/var/GeoIP',
    '/opt/homebrew/var/GeoIP',
    'C:\\ProgramData\\MaxMind\\GeoIPUpdate\\GeoIP',
  ],
} as const;
