/**
 * Rootless TCP probes on Linux: one connection attempt a probe, whose SYN carries the TTL. A router's ICMP error is in
 * the socket's error queue (Linux 5.9 and later); a SYN-ACK or a RST is the target itself.
 *
 * The kernel measures a SYN-ACK's round trip, and stamps ICMP errors; for a RST there is only the clock when it is read.
 */

import { defaults } from '../../defaults/index.js';
import { given } from '../../given.js';
import { Epoll } from '../../host/linux/epoll.js';
import type { Libc } from '../../host/linux/libc.js';
import { arrivalStamps, linux, realtimeNs } from '../../host/linux/sockets.js';
import { readAncillary } from '../packet/errqueue.js';
import type { Probe, Prober, ProberOptions, Reply } from '../prober.js';
import { icmpErrorIn, LinuxSocket, reportErrors, socketRefusal } from './socket.js';

/** Linux repeats a SYN after a second; a reply from then on could belong to either, and counts only if it ends the path. */
const attemptNs = 990_000_000n;
const lastWordNs = BigInt(defaults.trace.lastWordSeconds * 1e9);
/** `struct tcp_info`: state in byte 0, smoothed RTT in microseconds at byte 68. */
const tcpInfo = { bytes: 72, rttOffset: 68, established: 1 } as const;

interface Attempt {
  readonly probe: Probe;
  readonly socket: LinuxSocket;
  readonly beforeNs: bigint;
  /** Round trip of a refusal that came before `connect` returned, as it does on this very machine. */
  readonly refusedMs?: number;
}

export class LinuxTcpProber implements Prober {
  readonly name = 'linux-errqueue';
  readonly protocol = 'tcp';
  readonly port: number;
  readonly #libc: Libc;
  readonly #options: ProberOptions;
  readonly #epoll: Epoll;
  /** Sends nothing: while it is open the kernel stamps packets, also for attempts that have just begun. */
  readonly #stamper: LinuxSocket;
  readonly #attempts = new Set<Attempt>();

  constructor(libc: Libc, options: ProberOptions) {
    this.#libc = libc;
    this.#options = options;
    this.port = options.port;
    this.#stamper = new LinuxSocket(libc, options.target.family, linux.SOCK_DGRAM, linux.IPPROTO_UDP);
    try {
      this.#stamper.set(linux.SOL_SOCKET, linux.SO_TIMESTAMPING, arrivalStamps);
      this.#epoll = new Epoll(libc, options.wake);
    } catch (thrown) {
      this.#stamper.close();
      throw thrown;
    }
  }

  send(probe: Probe): void {
    const { target, port } = this.#options;
    const socket = this.#openSocket(probe.ttl);
    const beforeNs = realtimeNs(this.#libc);
    const errno = socket.connect({ ...target, port });
    const afterNs = realtimeNs(this.#libc);
    if (errno === linux.ECONNREFUSED) {
      this.#attempts.add({ probe, socket, beforeNs, refusedMs: milliseconds(afterNs - beforeNs) });
      this.#options.wake();
    } else if (errno === 0 || errno === linux.EINPROGRESS) {
      this.#attempts.add({ probe, socket, beforeNs });
    } else {
      socket.close();
      throw socketRefusal(errno, target);
    }
  }

  receive(): readonly Reply[] {
    const replies: Reply[] = [];
    for (const attempt of this.#attempts) {
      const outcome = this.#outcome(attempt);
      if (outcome === 'pending') continue;
      this.#attempts.delete(attempt);
      attempt.socket.close();
      if (outcome !== 'lost') replies.push(outcome);
    }
    return replies;
  }

  close(): void {
    for (const { socket } of this.#attempts) socket.close();
    this.#attempts.clear();
    this.#stamper.close();
    this.#epoll.close();
  }

  #openSocket(ttl: number): LinuxSocket {
    const socket = new LinuxSocket(this.#libc, this.#options.target.family, linux.SOCK_STREAM, linux.IPPROTO_TCP);
    try {
      reportErrors(socket);
      socket.set(linux.SOL_SOCKET, linux.SO_TIMESTAMPING, arrivalStamps);
      // A connection that does come about is reset at once instead of being closed politely.
      socket.setBytes(linux.SOL_SOCKET, linux.SO_LINGER, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]));
      socket.ttl = ttl;
      this.#epoll.add(socket, linux.EPOLLIN | linux.EPOLLOUT);
      return socket;
    } catch (thrown) {
      socket.close();
      throw thrown;
    }
  }

  #outcome(attempt: Attempt): Reply | 'pending' | 'lost' {
    const { socket, beforeNs, refusedMs } = attempt;
    if (refusedMs !== undefined) return this.#answer(attempt, refusedMs);
    const nowNs = realtimeNs(this.#libc);
    const isLate = nowNs - beforeNs >= attemptNs;
    // What fails a socket is in its error queue by then: asked first, an error that comes in between is not missed.
    const error = socket.takeError();
    const reported = this.#reportedError(attempt, nowNs);
    if (reported !== undefined) return isLate && reported.kind === 'time-exceeded' ? 'lost' : reported;
    if (error === linux.ECONNREFUSED && !isLate) return this.#answer(attempt, milliseconds(nowNs - beforeNs));
    if (error !== 0) return 'lost';
    const connectedMs = this.#connectedMs(attempt, nowNs);
    if (connectedMs !== undefined) return isLate ? 'lost' : this.#answer(attempt, connectedMs);
    return nowNs - beforeNs < lastWordNs ? 'pending' : 'lost';
  }

  #reportedError({ probe, socket, beforeNs }: Attempt, nowNs: bigint): Reply | undefined {
    const message = socket.receive(linux.MSG_ERRQUEUE);
    if (message === undefined) return undefined;
    const { error, stampNs, ttl } = readAncillary(message.control);
    const found = icmpErrorIn(message, error, this.#options.target.family);
    const rttMs = milliseconds((stampNs ?? nowNs) - beforeNs);
    return found && { id: probe.id, ...found, rttMs, ...given({ replyTtl: ttl }) };
  }

  /** The kernel's own figure for the handshake; undefined while there is no connection. */
  #connectedMs({ socket, beforeNs }: Attempt, nowNs: bigint): number | undefined {
    const info = socket.getBytes(linux.IPPROTO_TCP, linux.TCP_INFO, tcpInfo.bytes);
    if (info.length < tcpInfo.bytes || info[0] !== tcpInfo.established) return undefined;
    const rttUs = info.readUInt32LE(tcpInfo.rttOffset);
    return rttUs > 0 ? rttUs / 1000 : milliseconds(nowNs - beforeNs);
  }

  #answer({ probe }: Attempt, rttMs: number): Reply {
    return { id: probe.id, from: this.#options.target.ip, kind: 'answer', code: '', rttMs, mpls: [] };
  }
}

function milliseconds(ns: bigint): number {
  return Math.max(0, Number(ns) / 1e6);
}
