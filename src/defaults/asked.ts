/** What a test is unless it is asked for otherwise, and what may be asked for. */

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

/** An iperf3 server takes what is too short for what wperf writes into its own blocks and packets. */
export function blockLimits(mode: 'throughput' | 'datagram', toIperf3: boolean) {
  const { blockBytes, datagram } = toIperf3 ? limits.iperf3 : limits;
  return mode === 'datagram' ? datagram.blockBytes : blockBytes;
}

export const limits = {
  /** A test as long as a day; the same ceiling as iperf3's. */
  seconds: { min: 0.1, max: 86_400 },
  bytes: { min: 1, max: Number.MAX_SAFE_INTEGER },
  omitSeconds: { min: 0, max: 600 },
  intervalSeconds: { min: 0.1, max: 60 },
  streams: { min: 1, max: 128 },
  blockBytes: { min: 64, max: 1024 * 1024 },
  /** A packet holds its header and is no larger than UDP's largest. */
  datagram: { blockBytes: { min: 64, max: 65_507 } },
  /** Of a test with an iperf3 server, as iperf3 has them: a packet holds its number and time. */
  iperf3: { blockBytes: { min: 1, max: 1024 * 1024 }, datagram: { blockBytes: { min: 16, max: 65_507 } } },
  bitsPerSecond: { min: 0, max: 1e12 },
  connectTimeoutMs: { min: 1, max: 3_600_000 },
  /** Of a peer; it gives a sign of life every `waits.heartbeatSeconds`, which a slow path may hold up. */
  silenceSeconds: { min: 5, max: 3600 },
  port: { min: 0, max: 65_535 },
  /** Text given with `--title` and `--extra-data`; longer text would not fit a control message beside its other fields. */
  titleCharacters: 1024,
  /** Of a file that a flag names; the longest are lists of users, of whom that many bytes name hundreds of thousands. */
  fileBytes: 32 * 1024 * 1024,
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
