/** Options of sockets in JSON: bytes, and null for what was not asked for or is not told. */
import type { SocketReport } from '../../events/load.js';
import type { SocketFacts } from '../../measure/tcp.js';

export function socketObject({ asked, local, remote }: SocketReport) {
  return {
    asked: {
      window: asked.windowBytes ?? null,
      tos: asked.tos ?? null,
      mss: asked.mssBytes ?? null,
      congestion: asked.congestion ?? null,
      dont_fragment: asked.dontFragment ?? null,
      local_port: asked.localPort ?? null,
      device: asked.device ?? null,
    },
    local: factsObject(local),
    remote: remote && factsObject(remote),
  };
}

/** iperf3's keys, of this end. */
export function bufferFields({ asked, local }: SocketReport) {
  return {
    sock_bufsize: asked.windowBytes ?? 0,
    ...(local.sndbufBytes !== undefined && { sndbuf_actual: local.sndbufBytes }),
    ...(local.rcvbufBytes !== undefined && { rcvbuf_actual: local.rcvbufBytes }),
  };
}

function factsObject({ sndbufBytes, rcvbufBytes, tos, mssBytes, congestion }: SocketFacts) {
  return {
    sndbuf: sndbufBytes ?? null,
    rcvbuf: rcvbufBytes ?? null,
    tos: tos ?? null,
    mss: mssBytes ?? null,
    congestion: congestion ?? null,
  };
}
