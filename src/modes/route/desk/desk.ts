/**
 * Where clients ask a server for the route back to them. A trace costs the server packets and tells of its network, so
 * each is admitted by rule: offered at all, to this client, one at a time for a client and a few in all, within a budget
 * of packets. Whoever asks for what is being traced, or was a moment ago, gets that.
 */
import { WperfError } from '../../../errors.js';
import type { SharedResult, TraceEvent } from '../../../events/route.js';
import { onAbort } from '../../../host/abort.js';
import type { Clock } from '../../../host/clock.js';
import { networkOf } from '../../../net/networks.js';
import type { TraceService, TraceWish } from '../../../plan/plan.js';
import type { InbandChannel } from '../../../trace/inband/live-connection.js';
import type { ChannelInfo } from '../../../transport/channel.js';
import type { JobTools, TraceJob } from './back.js';
import { PacketBudget } from './budget.js';
import { TraceCache } from './cache.js';
import { grantWish, hideFrom, packetsFor } from './limits.js';
import { type Listening, replayOf, SharedTrace } from './share.js';
import { type OwnAddress, targetOf } from './target.js';

interface DeskOptions {
  readonly service: TraceService;
  readonly clock: Clock;
  readonly trace: (job: TraceJob, tools: JobTools) => AsyncIterable<TraceEvent>;
  /** Ends every trace. */
  readonly stop: AbortSignal;
  /** The server's addresses as they are now. */
  readonly ownAddresses: () => readonly OwnAddress[];
}

export interface TraceOrder {
  readonly info: ChannelInfo;
  readonly channel: InbandChannel;
  readonly wish: TraceWish;
  /** The client has proved that it knows the server's token. */
  readonly proven: boolean;
}

export interface TraceAdmission extends Listening {
  readonly target: string;
  readonly shared?: SharedResult;
}

interface Running {
  readonly key: string;
  readonly target: string;
  readonly beganAt: number;
  readonly trace: SharedTrace;
}

export class TraceDesk {
  readonly #options: DeskOptions;
  readonly #budget: PacketBudget;
  readonly #cache: TraceCache;
  /** By the client's network. */
  readonly #running = new Map<string, Running>();

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#budget = new PacketBudget(options.service.packetsPerMinute, options.clock);
    this.#cache = new TraceCache(options.service.cacheSeconds, options.clock);
  }

  /** Throws WperfError `request-refused` or `server-full`, whose text tells the client what it can do. */
  ask({ info, channel, wish: asked, proven }: TraceOrder): TraceAdmission {
    const { service, clock, ownAddresses } = this.#options;
    admit(info, service, proven);
    const target = targetOf(info, ownAddresses());
    const { wish } = grantWish(asked, service);
    const key = keyOf(target, wish, info);
    const kept = this.#cache.get(key);
    if (kept) return { ...replayOf(kept.events), target, shared: { kind: 'kept', ageSeconds: kept.ageSeconds } };
    const running = this.#running.get(networkOf(target));
    if (running === undefined) return { ...this.#begin(key, target, wish, info, channel), target };
    if (running.key !== key) throw this.#otherIsRunning(running);
    return { ...running.trace.listen(), target, shared: { kind: 'joined', ageSeconds: clock.now() - running.beganAt } };
  }

  #begin(key: string, target: string, wish: TraceWish, info: ChannelInfo, channel: InbandChannel): Listening {
    const { service, clock } = this.#options;
    if (this.#running.size >= service.concurrent) {
      throw new WperfError('server-full', `the server traces ${service.concurrent} routes at a time, and does now`);
    }
    const reservation = this.#budget.reserve(packetsFor(wish, service));
    if (reservation === undefined) throw this.#noPackets();
    const running: Running = { key, target, beganAt: clock.now(), trace: new SharedTrace() };
    this.#running.set(networkOf(target), running);
    const listening = running.trace.listen();
    const job = { target, wish, packets: service.packets, channel: info.client === undefined ? channel : undefined };
    let packets = 0;
    const onPackets = (count: number) => {
      packets += count;
    };
    void this.#run(running, job, onPackets).finally(() => reservation.settle(packets));
    return listening;
  }

  async #run(running: Running, job: TraceJob, onPackets: JobTools['onPackets']): Promise<void> {
    const { service, clock, stop, trace } = this.#options;
    const { key, trace: shared } = running;
    const late = new AbortController();
    const cancel = clock.at(clock.now() + service.seconds, () => late.abort());
    onAbort(shared.abandoned, () => this.#forget(running));
    const unwanted = AbortSignal.any([shared.abandoned, stop]);
    const signal = AbortSignal.any([unwanted, late.signal]);
    const told = (event: TraceEvent): TraceEvent => {
      const isCut = event.type === 'trace-end' && event.reason === 'interrupted' && !unwanted.aborted;
      return isCut ? { ...event, reason: 'time' } : event;
    };
    try {
      for await (const event of trace(job, { signal, onPackets })) {
        shared.tell(hideFrom(told(event), job.target, service));
      }
      if (!unwanted.aborted) this.#cache.keep(key, shared.told);
      shared.end();
    } catch (thrown) {
      shared.fail(thrown);
    } finally {
      cancel();
      this.#forget(running);
    }
  }

  #forget(running: Running): void {
    const network = networkOf(running.target);
    if (this.#running.get(network) === running) this.#running.delete(network);
  }

  #otherIsRunning({ beganAt, target }: Running): WperfError {
    const { service, clock } = this.#options;
    const seconds = Math.max(1, Math.ceil(beganAt + service.seconds - clock.now()));
    const text = `a trace to ${networkOf(target)} with other settings is running: ask again when it has ended, in ${seconds} s at the latest`;
    return refusal(text);
  }

  #noPackets(): WperfError {
    const seconds = Math.max(1, Math.ceil(this.#budget.waitSeconds));
    return refusal(`the server has sent all packets that it may for now: ask again in ${seconds} s`);
  }
}

function admit(info: ChannelInfo, service: TraceService, proven: boolean): void {
  if (!service.offered) throw refusal('this server traces no routes for its clients');
  if (service.authOnly && !proven) throw refusal('this server traces routes only for clients that prove its token');
  if (info.client !== undefined && !service.behindProxy) {
    throw refusal(
      'this connection comes through a proxy, whose network the trace would show; the server does so with --tr-behind-proxy only',
    );
  }
}

/** What makes two traces the same. One that uses the connection itself is of that connection. */
function keyOf(target: string, wish: TraceWish, { remotePort }: ChannelInfo): string {
  return JSON.stringify([target, wish, wish.protocol === 'inband' ? remotePort : 0]);
}

function refusal(text: string): WperfError {
  return new WperfError('request-refused', text);
}
