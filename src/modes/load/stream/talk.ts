/** What the two ends of a stream say to each other while it runs: the port that a dialect puts on its wire. */
import type { WperfError } from '../../../errors.js';
import type { PacketTotals } from '../../../measure/packets/packets.js';
import type { TcpTotals } from '../../../measure/tcp.js';
import type { MessageOf } from '../../../protocol/messages.js';
import type { PacketCodec } from '../../../protocol/packet-header.js';
import type { Data, Link, Stamp } from '../../../transport/channel.js';

type Word = MessageOf<'interval' | 'sending' | 'sent' | 'end'>;

/** A dialect says of these what it has words for. */
export type OwnWord = Word | MessageOf<'result'>;

/** The far side's final figures, as far as its dialect tells them. */
export type FarResult = Partial<Omit<MessageOf<'result'>, 'type' | 'packets' | 'tcp'>> & {
  readonly packets?: PacketTotals;
  readonly tcp?: TcpTotals;
  /** The far side's own report, where it is an object and no text. */
  readonly outputJson?: Readonly<Record<string, unknown>>;
};

export type FarWord =
  | Word
  | ({ readonly type: 'result' } & FarResult)
  /** It sends no more, and does not say how much there was; or, of an end that only receives, it wants no more. */
  | { readonly type: 'over' };

export interface StreamTalk {
  /** For errors, `host:port`. */
  readonly peer: string;
  /** At the client begins the test, at the server waits for the client to do so. */
  begin(): Promise<void>;
  say(word: OwnWord): void;
  /** Rejects with the WperfError that ended the connection, or that the peer deserves. */
  next(): Promise<FarWord>;
  /** From now on, fails when the peer gives no sign of life for so long. */
  watch(silenceSeconds: number): void;
  /** Tells the peer why, and ends the connection. */
  abort(error: WperfError): void;
}

/** Where a dialect is otherwise than wperf.v1. */
export interface StreamTraits {
  /** The far side reports no intervals: those of what this end sends are its own count. */
  readonly ownIntervals?: boolean;
  /** How long this end's receiver counts, where that is not how long its sender sends. */
  readonly receiveSeconds?: number;
  /** How long this end's sender sends at most, where the far side is to tell it to stop. */
  readonly sendSeconds?: number;
  /** The far side alone counts the bytes that end a test: this end goes on until it is told. */
  readonly farCounts?: boolean;
  /** How many bytes end what this end receives, where those are not as many as it sends. */
  readonly receiveBytes?: number;
  /** How long to wait for the far side's result after this end is done. */
  readonly resultSeconds?: number;
  /** Fills the first bytes of each message of load. */
  readonly stamp?: Stamp;
  /** The clock of packets' stamps, in nanoseconds. */
  readonly stampNs?: () => number;
  /** How packets are numbered; one of its own for each direction. */
  readonly codec?: () => PacketCodec;
  /** Behind the last packet nothing is said: how long after its deadline this end counts, in place of a wait for that. */
  readonly graceSeconds?: number;
  /** Whether nothing of what this end has sent arrived; asked where a test fails for want of load, if others than the far side may say so. */
  readonly isUnheard?: () => boolean;
  /** Packets of any size are taken. */
  readonly anyPacketSize?: boolean;
}

/** One stream: who talks, where the load goes, and the connection that carries it. */
export interface StreamLink {
  readonly talk: StreamTalk;
  readonly data: Data;
  readonly link: Link;
  readonly traits?: StreamTraits;
}
