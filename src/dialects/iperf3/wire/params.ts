/**
 * What an iperf3 client asks for: one JSON object. Read as iperf3 reads it, whatever its version: keys that are unknown
 * or of a wrong type are passed over, numbers out of range are refused with iperf3's number for them. Pure.
 */
import { stripControl } from '../../../errors.js';
import { given } from '../../../given.js';
import { errorNumbers, ParamsRefusal } from './states.js';

export const paramBounds = {
  /** Of the JSON, as its server has it. */
  bytes: 8192,
  textCharacters: 1024,
  omitSeconds: 600,
  seconds: 86_400,
  streams: 128,
  windowBytes: 512 * 1024 * 1024,
  blockBytes: 1024 * 1024,
  udpBlockBytes: { min: 16, max: 65_507 },
  mssBytes: 32_767,
  burst: 1000,
  tos: 255,
} as const;

export interface Params {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly omitSeconds: number;
  /** 0 where bytes or blocks end the test. */
  readonly seconds: number;
  /** Over all streams. */
  readonly bytes?: number;
  readonly blocks?: number;
  /** In each direction. */
  readonly parallel: number;
  readonly reverse: boolean;
  readonly bidir: boolean;
  /** Of TCP a write, of UDP a datagram; absent where the far end is to choose. */
  readonly blockBytes?: number;
  /** Of each stream; 0 is no limit, absent is not told. */
  readonly bitsPerSecond?: number;
  readonly fqRate?: number;
  readonly pacingTimerUs?: number;
  readonly burst?: number;
  readonly mssBytes?: number;
  readonly windowBytes?: number;
  readonly noDelay?: boolean;
  readonly tos?: number;
  readonly congestion?: string;
  readonly title?: string;
  readonly extraData?: string;
  readonly getServerOutput?: boolean;
  /** Packets are counted with 64 bits. */
  readonly wideCounters?: boolean;
  readonly repeatingPayload?: boolean;
  readonly dontFragment?: boolean;
  /** Base64, as `auth.ts` makes it. */
  readonly authToken?: string;
  readonly clientVersion?: string;
}

/** As an object to be written as JSON. */
export function writeParams(params: Params): Record<string, unknown> {
  const { protocol, omitSeconds, seconds, bytes = 0, blocks = 0, parallel } = params;
  return given({
    [protocol]: true,
    omit: omitSeconds,
    time: seconds,
    num: bytes,
    blockcount: blocks,
    parallel,
    MSS: params.mssBytes,
    nodelay: params.noDelay || undefined,
    reverse: params.reverse || undefined,
    bidirectional: params.bidir || undefined,
    window: params.windowBytes,
    len: params.blockBytes,
    bandwidth: params.bitsPerSecond,
    fqrate: params.fqRate,
    pacing_timer: params.pacingTimerUs,
    burst: params.burst,
    TOS: params.tos,
    title: params.title,
    extra_data: params.extraData,
    congestion: params.congestion,
    congestion_used: params.congestion,
    get_server_output: one(params.getServerOutput),
    udp_counters_64bit: one(params.wideCounters),
    repeating_payload: one(params.repeatingPayload),
    dont_fragment: one(params.dontFragment),
    authtoken: params.authToken,
    client_version: params.clientVersion,
  });
}

/** Throws a ParamsRefusal. */
export function readParams(value: unknown): Params {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ParamsRefusal(errorNumbers.badParams, 'what is asked for is no JSON object');
  }
  const read = new Reader(value as Record<string, unknown>);
  const protocol = read.on('udp') ? 'udp' : read.on('sctp') ? 'sctp' : 'tcp';
  return {
    protocol,
    reverse: read.on('reverse'),
    bidir: read.on('bidirectional'),
    omitSeconds: read.within('omit', 0, paramBounds.omitSeconds, errorNumbers.badOmit) ?? 0,
    seconds: read.within('time', 0, paramBounds.seconds, errorNumbers.badTime) ?? 0,
    parallel: read.within('parallel', 1, paramBounds.streams, errorNumbers.badStreams) ?? 1,
    ...given({
      bytes: read.positive('num'),
      blocks: read.positive('blockcount'),
      blockBytes: blockBytesOf(read, protocol === 'udp'),
      bitsPerSecond: read.amount('bandwidth'),
      fqRate: read.positive('fqrate'),
      pacingTimerUs: read.positive('pacing_timer'),
      burst: orNone(read.within('burst', 0, paramBounds.burst, errorNumbers.badBurst)),
      mssBytes: orNone(read.within('MSS', 0, paramBounds.mssBytes, errorNumbers.badMss)),
      windowBytes: orNone(read.within('window', 0, paramBounds.windowBytes, errorNumbers.badWindow)),
      noDelay: read.onOrNone('nodelay'),
      tos: read.within('TOS', 0, paramBounds.tos, errorNumbers.badTos),
      congestion: read.word('congestion'),
      title: read.line('title'),
      extraData: read.line('extra_data'),
      getServerOutput: read.onOrNone('get_server_output'),
      wideCounters: read.onOrNone('udp_counters_64bit'),
      repeatingPayload: read.onOrNone('repeating_payload'),
      dontFragment: read.onOrNone('dont_fragment'),
      authToken: read.text('authtoken', paramBounds.bytes),
      clientVersion: read.line('client_version'),
    }),
  };
}

/** 0 of UDP leaves it to the other end. */
function blockBytesOf(read: Reader, isUdp: boolean): number | undefined {
  if (!isUdp) return read.within('len', 1, paramBounds.blockBytes, errorNumbers.badBlock);
  const { min, max } = paramBounds.udpBlockBytes;
  return read.is0('len') ? undefined : read.within('len', min, max, errorNumbers.badUdpBlock);
}

class Reader {
  readonly #source: Record<string, unknown>;

  constructor(source: Record<string, unknown>) {
    this.#source = source;
  }

  /** `true`, or as some keys have it, 1. */
  on(key: string): boolean {
    const value = this.#own(key);
    return value === true || (typeof value === 'number' && value !== 0);
  }

  onOrNone(key: string): true | undefined {
    return this.on(key) || undefined;
  }

  is0(key: string): boolean {
    return this.#own(key) === 0;
  }

  /** What is no number is not there. Throws a ParamsRefusal for one that is out of range. */
  within(key: string, min: number, max: number, refusal: number): number | undefined {
    const value = this.#number(key);
    if (value === undefined || (value >= min && value <= max)) return value;
    throw new ParamsRefusal(refusal, `${key} must be a number from ${min} to ${max}`);
  }

  /** Of what has no ceiling; more than can be counted is that. */
  amount(key: string): number | undefined {
    const value = this.#number(key);
    return value === undefined || value < 0 ? undefined : Math.min(value, Number.MAX_SAFE_INTEGER);
  }

  positive(key: string): number | undefined {
    return orNone(this.amount(key));
  }

  text(key: string, maxCharacters: number): string | undefined {
    const value = this.#own(key);
    return typeof value === 'string' && value.length <= maxCharacters ? value : undefined;
  }

  /** Cut, and safe to print. */
  line(key: string): string | undefined {
    const value = this.text(key, paramBounds.bytes);
    return value === undefined ? undefined : stripControl(value).slice(0, paramBounds.textCharacters);
  }

  /** The name of an algorithm. */
  word(key: string): string | undefined {
    const value = this.text(key, 64);
    return value !== undefined && /^[\w.-]+$/.test(value) ? value : undefined;
  }

  #number(key: string): number | undefined {
    const value = this.#own(key);
    return typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : undefined;
  }

  #own(key: string): unknown {
    return Object.hasOwn(this.#source, key) ? this.#source[key] : undefined;
  }
}

function one(on: boolean | undefined): 1 | undefined {
  return on ? 1 : undefined;
}

function orNone(value: number | undefined): number | undefined {
  return value || undefined;
}
