/**
 * A KCP conversation as a stream of Node, over any carrier of datagrams. A writer waits while the send window is full; a
 * reader that stops lets the receive window close. Nothing on the wire says that the stream ends: `end` brings over what
 * waits, within a bound, and closes this end alone. Liveness: a peer is lost when a segment was sent in vain too often
 * and nothing has come for as long as any end may be silent; who only reads, or finds the window of its peer shut, has
 * to bound that himself.
 */
import { Duplex } from 'node:stream';
import { waits } from '../../defaults/index.js';
import { WperfError } from '../../errors.js';
import type { Cancel, Clock } from '../../host/clock.js';
import { Kcp, type KcpStatistics } from './core.js';
import type { KcpSettings } from './settings.js';

/** What carries datagrams between this end and one peer; it may lose, repeat and reorder them. */
export interface DatagramPort {
  /** Takes the bytes before it returns, or sends what is there when it comes to it: maybe a newer header. */
  send(datagram: Buffer): void;
  /** Set by the stream, which may keep the datagram; not to be called within `send`. */
  onDatagram: (datagram: Buffer) => void;
  close(): void;
}

export class KcpStream extends Duplex {
  readonly #kcp: Kcp;
  readonly #port: DatagramPort;
  readonly #clock: Clock;
  readonly #sendWindow: number;
  /** The one timer and its moment; it is left to run when the next update is put off. */
  #cancel: Cancel = () => {};
  #wakeMs = Number.POSITIVE_INFINITY;
  #cancelEnd: Cancel = () => {};
  #wantsData = false;
  /** To be called once fewer segments wait than this. */
  #onRoom: (() => void) | undefined;
  #roomBelow = 0;
  /** When the peer was last heard, or was last owed nothing to be heard of. */
  #silentSince: number;
  #closed = false;

  constructor(port: DatagramPort, settings: KcpSettings, clock: Clock) {
    super();
    this.#port = port;
    this.#clock = clock;
    this.#silentSince = clock.now();
    this.#sendWindow = settings.sendWindow;
    this.#kcp = new Kcp(settings, (datagram) => port.send(datagram));
    port.onDatagram = (datagram) => this.#hear(datagram);
  }

  /** As `Kcp.fit`. */
  fit(mtu: number): void {
    this.#kcp.fit(mtu);
  }

  statistics(): KcpStatistics {
    return this.#kcp.statistics;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, taken: () => void): void {
    if (this.#kcp.waiting === 0) this.#silentSince = this.#clock.now();
    this.#kcp.send(chunk);
    this.#kcp.flush(this.#nowMs());
    this.#whenFewerThan(this.#sendWindow, taken);
  }

  override _read(): void {
    this.#wantsData = true;
    this.#goOn();
  }

  override _final(done: () => void): void {
    const finish = () => {
      this.#kcp.flush(this.#nowMs());
      this.#close();
      this.#deliverLast();
      done();
    };
    this.#cancelEnd = this.#clock.at(this.#clock.now() + waits.kcpEndSeconds, finish);
    this.#whenFewerThan(1, finish);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#close();
    done(error);
  }

  #hear(datagram: Buffer): void {
    const flaw = this.#kcp.input(datagram, this.#nowMs());
    if (flaw === undefined) this.#silentSince = this.#clock.now();
    this.#goOn();
  }

  #whenFewerThan(segments: number, task: () => void): void {
    this.#roomBelow = segments;
    this.#onRoom = task;
    this.#goOn();
  }

  /** What follows from everything that happens. */
  #goOn(): void {
    if (this.#closed) return;
    this.#deliver();
    this.#tellRoom();
    if (this.#isPeerLost) this.destroy(peerLost());
    else this.#arm();
  }

  get #isPeerLost(): boolean {
    return this.#kcp.isDead && this.#clock.now() - this.#silentSince >= waits.peerSilenceSeconds;
  }

  #deliver(): void {
    while (this.#wantsData) {
      const payload = this.#kcp.read();
      if (!payload) return;
      this.#wantsData = this.push(payload);
    }
  }

  /** However much of it waits for a reader: the receive window bounds it. */
  #deliverLast(): void {
    for (let payload = this.#kcp.read(); payload; payload = this.#kcp.read()) this.push(payload);
    this.push(null);
  }

  #tellRoom(): void {
    const task = this.#onRoom;
    if (!task || this.#kcp.waiting >= this.#roomBelow) return;
    this.#onRoom = undefined;
    task();
  }

  #arm(): void {
    const dueMs = this.#kcp.nextUpdate();
    if (this.#closed || dueMs >= this.#wakeMs) return;
    this.#cancel();
    this.#wakeMs = dueMs;
    this.#cancel = this.#clock.at(dueMs / 1000, () => {
      this.#wakeMs = Number.POSITIVE_INFINITY;
      // Rounded, the clock may show a little less than the moment that it waited for.
      this.#kcp.update(Math.max(dueMs, this.#nowMs()));
      this.#goOn();
    });
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancel();
    this.#cancelEnd();
    this.#port.onDatagram = () => {};
    this.#port.close();
  }

  #nowMs(): number {
    return this.#clock.now() * 1000;
  }
}

function peerLost(): WperfError {
  return new WperfError('peer-lost', 'the peer acknowledged nothing more of what was sent to it', {
    operation: 'test',
  });
}
