/**
 * Who may come in: the one place that counts connections, those of each address, and runs. Whoever has been silent
 * longest makes room for others; a refusal says which bound it is.
 */
import type { Socket } from 'node:net';
import { bounds, waits } from '../defaults/index.js';
import type { EndRun } from '../dialects/served.js';
import { WperfError } from '../errors.js';
import type { Clock } from '../host/clock.js';
import { descriptorsAbove } from '../host/descriptors.js';
import { networkOf } from '../net/networks.js';
import { descriptorOf } from '../transport/socket/descriptor.js';

interface AdmissionOptions {
  readonly clock: Clock;
  readonly oneOff: boolean;
  /** Whether this address is of a proxy, which is not counted as one client. */
  readonly trusts: (address: string) => boolean;
  /** The one run of a one-off server has ended. */
  readonly onOver: () => void;
  /** This machine lets the server open hardly any more. */
  readonly onShort: () => void;
}

/** A connection that is here. */
interface Entrant {
  readonly tcp: Socket;
  /** Whose it is, as far as that is known: an address, or a /64 of IPv6. */
  readonly network: string | undefined;
  /** Silent until a request is read, open until it is heard what is wanted. */
  readonly stage: 'silent' | 'open' | 'heard';
  /** It has one of the last descriptors, which are for saying so. */
  readonly isLast: boolean;
  /** When it came. */
  readonly since: number;
}

export class Admission {
  readonly #options: AdmissionOptions;
  /** The oldest first. */
  readonly #present = new Map<Socket, Entrant>();
  readonly #dismissed = new WeakSet<Socket>();
  #toldShortAt = Number.NEGATIVE_INFINITY;
  #runs = 0;
  #isOver = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** A connection has come, and stays until it ends or must make room. */
  enter(tcp: Socket): void {
    const address = tcp.remoteAddress ?? '';
    const network = this.#options.trusts(address) ? undefined : networkOf(address);
    const silent = this.#all((entrant) => entrant.stage === 'silent' && entrant.network === network);
    if (network !== undefined && silent.length >= bounds.connectionsOfOne) this.#dismiss(silent[0]);
    const most = bounds.connections + bounds.spareConnections;
    if (this.#present.size >= most) this.#dismiss(this.#all((entrant) => entrant.stage !== 'heard')[0]);
    const isLast = this.#isShort(tcp) && !this.#dismissIdle();
    this.#present.set(tcp, { tcp, network, stage: 'silent', isLast, since: this.#options.clock.now() });
    tcp.once('close', () => this.#present.delete(tcp));
    if (isLast) this.#keepFree(tcp);
  }

  /** Takes on a connection whose request is read, from a client at `address`, or says why not. */
  open(tcp: Socket, address: string): WperfError | undefined {
    const entrant = this.#present.get(tcp);
    if (!entrant) return full('the server has let this connection go');
    if (entrant.isLast) return noneLeft();
    const network = networkOf(address);
    const open = this.#all(({ stage }) => stage !== 'silent');
    if (open.filter((other) => other.network === network).length >= bounds.connectionsOfOne) {
      return full(`${network} has ${bounds.connectionsOfOne} connections here, as many as one address may`);
    }
    const [silent] = open.filter(({ stage }) => stage === 'open');
    if (open.length >= bounds.connections && !this.#dismiss(silent)) {
      return full('the server has as many clients as it can take');
    }
    this.#present.set(tcp, { ...entrant, network, stage: 'open' });
    return undefined;
  }

  /** It has said what it wants, and makes room for nobody. */
  heard(tcp: Socket): void {
    const entrant = this.#present.get(tcp);
    if (entrant) this.#present.set(tcp, { ...entrant, stage: 'heard' });
  }

  /** It carries load for another, which is counted, and ends with that; or says why it may not. */
  carries(tcp: Socket): WperfError | undefined {
    const entrant = this.#present.get(tcp);
    this.#present.delete(tcp);
    return entrant?.isLast ? noneLeft() : undefined;
  }

  wasDismissed(tcp: Socket): boolean {
    return this.#dismissed.has(tcp);
  }

  /** Throws `server-full` where a one-off server has begun its own run. */
  checkFree(): void {
    const isTaken = this.#options.oneOff && (this.#runs > 0 || this.#isOver);
    if (isTaken) throw full('the server runs one test only, and has begun it');
  }

  /** A run begins. Throws as `checkFree` does. */
  begin(): EndRun {
    this.checkFree();
    const { oneOff, onOver } = this.#options;
    this.#runs += 1;
    return (ran) => {
      this.#runs -= 1;
      if (!oneOff || !ran) return;
      this.#isOver = true;
      onOver();
    };
  }

  /** Ends connections at once of which no request has been read. */
  dismissSilent(): void {
    for (const entrant of this.#all(({ stage }) => stage === 'silent')) this.#dismiss(entrant);
  }

  dismissAll(): void {
    for (const entrant of this.#all(() => true)) this.#dismiss(entrant);
  }

  #isShort(tcp: Socket): boolean {
    const descriptor = descriptorOf(tcp);
    const above = descriptor === undefined ? undefined : descriptorsAbove(descriptor);
    if (above === undefined || above >= bounds.spareDescriptors) return false;
    const { clock, onShort } = this.#options;
    if (clock.now() - this.#toldShortAt >= waits.shortageSeconds) onShort();
    this.#toldShortAt = clock.now();
    return true;
  }

  /** The last descriptors are soon there for others again. */
  #keepFree(tcp: Socket): void {
    const { clock } = this.#options;
    tcp.once(
      'close',
      clock.at(clock.now() + waits.idleSeconds, () => this.#dismissIdle(tcp)),
    );
  }

  /** Ends the connection of which no request has been read for longest, or this one; false where all are new. */
  #dismissIdle(tcp?: Socket): boolean {
    const latest = this.#options.clock.now() - waits.idleSeconds;
    const isIdle = (entrant: Entrant) => entrant.stage === 'silent' && entrant.since <= latest;
    return this.#dismiss(this.#all((entrant) => isIdle(entrant) && (tcp ?? entrant.tcp) === entrant.tcp)[0]);
  }

  #all(fits: (entrant: Entrant) => boolean): Entrant[] {
    return [...this.#present.values()].filter(fits);
  }

  #dismiss(entrant: Entrant | undefined): boolean {
    if (!entrant) return false;
    this.#present.delete(entrant.tcp);
    this.#dismissed.add(entrant.tcp);
    entrant.tcp.destroy();
    return true;
  }
}

function full(text: string): WperfError {
  return new WperfError('server-full', text);
}

function noneLeft(): WperfError {
  return full('its machine lets the server open no more connections');
}
