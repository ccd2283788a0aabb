/**
 * The segments of one live connection. Each probe begins at a sequence number of its own, which every ICMP error quotes
 * behind the ports; that number is what the peer acknowledged last before the probe was written. Pure.
 */
import { isAfter, parseTcpSegment } from '../packet/tcp-segment.js';
import { hasPorts, type Ports, viewOfAtLeast } from '../packet/transport-header.js';

/** A segment that acknowledges more at once was not the peer's: so little is under way on this connection. */
const maxAdvanceBytes = 1024 * 1024;

export class InbandFlow {
  readonly ipProtocol = 6;
  readonly #ports: Ports;
  readonly #idOfSequence = new Map<number, number>();
  #acknowledged: number | undefined;
  #latest: number | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** True once the peer has told where the connection stands. */
  get isKnown(): boolean {
    return this.#acknowledged !== undefined;
  }

  /** The probe is the next segment; all before it must be acknowledged. */
  sending(id: number): void {
    if (this.#acknowledged === undefined) throw new Error('nothing was heard of the connection yet');
    this.#latest = this.#acknowledged;
    this.#idOfSequence.set(this.#latest, id);
  }

  /** The probe that an ICMP error quotes, given what follows the quoted IP header; undefined for any other packet. */
  idOfQuoted(transport: Uint8Array): number | undefined {
    const header = viewOfAtLeast(transport, 8);
    return header && hasPorts(header, this.#ports) ? this.#idOfSequence.get(header.getUint32(4)) : undefined;
  }

  /** Takes a segment of the peer; true when it brings data and acknowledges the latest probe. */
  hear(transport: Uint8Array): boolean {
    const segment = parseTcpSegment(transport);
    const isPeers = segment?.source === this.#ports.destination && segment.destination === this.#ports.source;
    if (!isPeers || segment.acknowledged === undefined) return false;
    if (this.#advance(segment.acknowledged) < maxAdvanceBytes) this.#acknowledged = segment.acknowledged;
    return segment.payloadBytes > 0 && this.#latest !== undefined && isAfter(segment.acknowledged, this.#latest);
  }

  /** An older number is nearly 2^32 ahead. */
  #advance(acknowledged: number): number {
    return this.#acknowledged === undefined ? 0 : (acknowledged - this.#acknowledged) >>> 0;
  }
}
