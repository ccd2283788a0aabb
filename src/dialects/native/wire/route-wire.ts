/** Events of a trace as messages of the protocol, and messages of a server that may lie as events. Pure. */
import { traceService } from '../../../defaults/index.js';
import { WperfError } from '../../../errors.js';
import type { Annotation, Hop, HopAddress } from '../../../events/hop.js';
import type { SeenAs, SharedResult, TraceEvent, TraceHop, TraceStart } from '../../../events/route.js';
import { given } from '../../../given.js';
import type { RouteEnd } from '../../../modes/route/client.js';
import { type Ip, parseIp } from '../../../net/ip.js';
import type { ReverseTracePlan } from '../../../plan/plan.js';
import { violation } from '../../../protocol/codec.js';
import type { MessageOf } from '../../../protocol/messages.js';
import { hopsMade, statisticsOf } from '../../../trace/hop.js';
import { printableName } from '../../../trace/printable-name.js';

type StartMessage = MessageOf<'trace-start'>;
type HopMessage = MessageOf<'trace-hop'>;
type EndMessage = MessageOf<'trace-end'>;
type TraceMessage = StartMessage | HopMessage | EndMessage;

export function messageOf(event: TraceEvent, seenAs: SeenAs, shared: SharedResult | undefined): TraceMessage {
  switch (event.type) {
    case 'trace-start':
      return startMessage(event, seenAs, shared);
    case 'trace-hop':
      return hopMessage(event);
    case 'trace-end':
      return { type: 'trace-end', reason: event.reason, seconds: event.seconds };
  }
}

function startMessage(start: TraceStart, seenAs: SeenAs, shared: SharedResult | undefined): StartMessage {
  const { protocol, prober, port, firstHop, maxHops, queries, timeoutSeconds } = start;
  if (protocol === undefined || prober === undefined || maxHops === undefined || timeoutSeconds === undefined) {
    throw new WperfError('internal', 'a trace that does not say how it probes');
  }
  return {
    type: 'trace-start',
    ...{ seenAs, protocol, prober, firstHop, maxHops, queries, timeoutSeconds },
    ...given({ port, shared }),
  };
}

function hopMessage({ ttl, addresses, hidden, sent, lost, rateLimited, end, inband }: TraceHop): HopMessage {
  return {
    type: 'trace-hop',
    ...{ ttl, sent, lost, rateLimited, addresses: addresses.map(addressField) },
    ...given({ hidden: hidden && { ...hidden, rttsMs: [...hidden.rttsMs] }, end, inband }),
  };
}

function addressField(address: HopAddress): HopMessage['addresses'][number] {
  const { ip, name, rttsMs, codes, mpls, replyTtl, country, asn, asName } = address;
  return {
    ip,
    rttsMs: [...rttsMs],
    codes: [...codes],
    mpls: mpls.slice(0, traceService.mplsLabels),
    ...given({ name, replyTtl, country, asn, asName }),
  };
}

export type Annotate = (ip: string) => Annotation;

/** Takes a server's messages in their order, and nothing that the wish did not ask for. */
export class TraceReader {
  readonly #asked: Pick<ReverseTracePlan, 'trace' | 'places'>;
  readonly #annotate: Annotate;
  readonly #hops: Hop[] = [];
  #start: StartMessage | undefined;

  constructor(asked: Pick<ReverseTracePlan, 'trace' | 'places'>, annotate: Annotate) {
    this.#asked = asked;
    this.#annotate = annotate;
  }

  /** All but what the client itself knows. Throws `protocol-violation`, as the others do. */
  start(
    message: StartMessage,
  ): Pick<TraceStart, 'ip' | 'family' | 'protocol' | 'prober' | 'firstHop' | 'maxHops'> &
    Pick<TraceStart, 'queries' | 'timeoutSeconds' | 'port' | 'shared'> {
    const { seenAs, firstHop, maxHops, queries, protocol, prober, timeoutSeconds, port, shared } = message;
    const { trace: wish } = this.#asked;
    if (this.#start !== undefined) throw violation('a second trace-start');
    const isLess = maxHops <= wish.maxHops && queries <= wish.queries && timeoutSeconds <= wish.timeoutSeconds;
    if (firstHop !== wish.firstHop || maxHops < firstHop || !isLess) throw violation('a trace that was not asked for');
    this.#start = message;
    const { text: ip, family } = addressOf(seenAs.host);
    return {
      ...{ ip, family, protocol, prober, firstHop, maxHops, queries, timeoutSeconds },
      ...given({ port, shared }),
    };
  }

  hop(message: HopMessage): TraceHop {
    if (this.#start === undefined) throw violation('a hop before trace-start');
    const last = this.#hops.at(-1);
    const due = last === undefined ? this.#start.firstHop : last.ttl + 1;
    if (last?.end !== undefined) throw violation(`hop ${message.ttl} behind the last`);
    if (message.ttl !== due) throw violation(`hop ${message.ttl} where ${due} was due`);
    if (due > this.#start.maxHops) throw violation(`hop ${due} of a trace to hop ${this.#start.maxHops}`);
    const hop = this.#read(message);
    this.#hops.push(hop);
    return { type: 'trace-hop', ...hop };
  }

  end({ reason, seconds }: EndMessage): RouteEnd {
    if (this.#start === undefined) throw violation('a trace-end before trace-start');
    const last = this.#hops.at(-1)?.end;
    if ((reason === 'target' || reason === 'refused') && reason !== last)
      throw violation(`${reason} without such a hop`);
    return { type: 'trace-end', reason, seconds };
  }

  #read({ ttl, addresses, hidden, sent, lost, rateLimited, end, inband }: HopMessage): Hop {
    const rttsMs = [...addresses, ...(hidden === undefined ? [] : [hidden])].flatMap((one) => one.rttsMs);
    if (lost + rttsMs.length > sent) throw violation(`hop ${ttl} with more answers than probes`);
    return {
      ...{ ttl, sent, lost, addresses: addresses.map((one) => this.#address(one)), rtt: statisticsOf(rttsMs) },
      ...{ rateLimited, ...given({ hidden, end, inband: inband || undefined }) },
    };
  }

  #address(told: HopMessage['addresses'][number]): HopAddress {
    const { rttsMs, codes, mpls, replyTtl, country, asn, asName } = told;
    const { text: ip } = addressOf(told.ip);
    const name = printableName(told.name);
    if (rttsMs.length === 0) throw violation(`the address ${ip} without a round trip`);
    return {
      ...{ ip, rttsMs, codes, mpls },
      ...given({ name, replyTtl, returnHops: replyTtl === undefined ? undefined : hopsMade(replyTtl) }),
      ...(this.#asked.places && given({ country, asn, asName })),
      ...this.#annotate(ip),
    };
  }
}

function addressOf(text: string): Ip {
  const address = parseIp(text);
  if (address === undefined) throw violation('a hop whose address is none');
  return address;
}
