/** Which probe of a flow an ICMP message is about. Raw sockets hear everybody's, so nothing is taken on trust. */
import type { Reply, TraceTarget } from '../prober.js';
import { meaningOfError } from './codes.js';
import type { Flow } from './flow.js';
import { parseIcmpError } from './quoted.js';

type Finding = Pick<Reply, 'id' | 'kind' | 'code' | 'mpls'>;

/** `message` begins at the ICMP header. Undefined unless it quotes a packet of this flow to this target. */
export function errorAbout(
  flow: Pick<Flow, 'ipProtocol' | 'idOfQuoted'>,
  target: TraceTarget,
  message: Uint8Array,
): Finding | undefined {
  const error = parseIcmpError(target.family, message);
  if (error?.quoted.protocol !== flow.ipProtocol || error.quoted.destination !== target.ip) return undefined;
  const id = flow.idOfQuoted(error.quoted.payload);
  const meaning = meaningOfError(target.family, error.type, error.code);
  return id === undefined || meaning === undefined ? undefined : { id, ...meaning, mpls: error.mpls };
}

/** `transport` is what followed the IP header of a packet from `from`. */
export function answerTo(flow: Flow, target: TraceTarget, from: string, transport: Uint8Array): Finding | undefined {
  const id = from === target.ip ? flow.idOfAnswer(transport) : undefined;
  return id === undefined ? undefined : { id, kind: 'answer', code: '', mpls: [] };
}
