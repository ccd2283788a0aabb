/** What is spoken with programs of others. */

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

/** The dialect of iperf3. */
export const iperf3 = {
  port: 5201,
  /** For each step until the test runs: its server reads at its leisure. */
  stepSeconds: 10,
  /** For the answer to the first datagram of a stream, as iperf3 waits; and from one such datagram to the next. */
  datagramSeconds: 30,
  datagramRetrySeconds: 1,
  /** For a firewall of this machine to let a datagram out, after one that it has refused. */
  ownRefusalSeconds: 3,
  /** From the end of the test to the server's results. */
  resultSeconds: 15,
  /** The same where nothing has moved for so long that the server may be gone. */
  unheardSeconds: 5,
  /** From the results to the word that all is over. */
  partingSeconds: 1,
  /** For the server's reason, once a connection for load is lost. */
  reasonSeconds: 0.5,
  /** For what a test by bytes has sent to be acknowledged, and then to be read, before its end cuts it off. */
  deliverySeconds: 30,
  deliveryLookSeconds: 0.002,
  readingSeconds: 0.05,
  /** For a server's port to be open again after a client that it has refused. */
  reopenSeconds: 2,
  reopenLookSeconds: 0.05,
  /** From one try of a busy server to the next. */
  retrySeconds: 1,
  retryLimits: { min: 1, max: 86_400 },
  /** Of a user's name and of a password. */
  loginCharacters: 128,
} as const;
