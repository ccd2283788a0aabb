/** The route back to the peer of a connection, through whatever NAT and firewall the connection came through. */
import { waits } from '../../defaults/index.js';
import type { TraceEvent } from '../../events/route.js';
import type { TraceWish } from '../../plan/plan.js';
import { Waker } from '../engine.js';
import { inbandSettings } from '../options.js';
import type { TraceTools } from '../tools.js';
import { traceWith } from '../traceroute.js';
import { type InbandChannel, probedPeerOf } from './live-connection.js';
import { openInband } from './prober.js';

/**
 * Yields what `traceroute` yields, the peer's address as host. The channel should be a trace's own, since each hop costs
 * it a retransmission; messages may go over it meanwhile. With `firstHop` it goes on where another trace fell silent.
 *
 * Throws what `openInband` throws, `usage` for options out of their limits, and `peer-lost` when the channel is closed
 * or stands still. Liveness: after `waits.inbandTraceSeconds` it ends as if the signal had said so.
 */
export async function* inbandTrace(
  channel: InbandChannel,
  wish: Partial<TraceWish> = {},
  tools: TraceTools = {},
): AsyncGenerator<TraceEvent, void> {
  const settings = inbandSettings(channel.info.remoteHost, wish);
  const waker = new Waker();
  const prober = await openInband(channel, waker.wake);
  const bound = new AbortController();
  const timer = setTimeout(() => bound.abort(), waits.inbandTraceSeconds * 1000);
  const signal = tools.signal ? AbortSignal.any([tools.signal, bound.signal]) : bound.signal;
  try {
    yield* traceWith({ settings, target: probedPeerOf(channel.info), prober, waker }, { ...tools, signal });
  } finally {
    clearTimeout(timer);
  }
}
