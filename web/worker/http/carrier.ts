/**
 * Load by HTTP requests beside the WebSockets, which browsers carry faster: one that the server answers with load, and
 * some that carry load to it. docs/protocol.md says how. Where something on the way is in the way of that, connecting
 * fails and says why. Liveness: `waits.loadConnectSeconds` bounds each step.
 */
import { waits } from '../../../src/defaults/index.js';
import { WperfError } from '../../../src/errors.js';
import type { Clock } from '../../../src/host/clock.js';
import type { CarrierPlace, LoadCarrier } from '../../../src/transport/carriage.js';
import type { LoadLink } from '../../../src/transport/channel.js';
import type { Load, PagePlace } from '../../messages.js';
import { bodyOf } from './body.js';
import { isSpooled } from './judge.js';
import { HttpLink } from './link.js';

interface HttpCarrierOptions {
  readonly page: PagePlace;
  readonly load: Load;
  /** Requests with load for the server that one stream has out at a time. */
  readonly uploads: number;
  readonly clock: Clock;
  /** Settles once latency before the load is measured: nothing is tried out until then. */
  readonly quiet: Promise<void>;
}

export class HttpCarrier implements LoadCarrier {
  readonly name = 'http';
  readonly settings = {};
  /** Why it cannot be, in words that go on a sentence. */
  failure: string | undefined;
  readonly #options: HttpCarrierOptions;

  constructor(options: HttpCarrierOptions) {
    this.#options = options;
  }

  async connect(stream: number, { key }: CarrierPlace): Promise<LoadLink> {
    const { page, load, uploads, clock, quiet } = this.#options;
    const url = `${page.folder}load/${key}`;
    const leave = new AbortController();
    try {
      checkVersion(page.httpVersion);
      if (load !== 'down') await tryUpload(url, stream === 1, quiet);
      const response = load === 'up' ? undefined : await askForLoad(url, leave);
      checkVersion(versionOf(url));
      return new HttpLink({ page, url, response, leave, uploads, clock, mostBytes: mostBytesOf(page) });
    } catch (thrown) {
      leave.abort();
      this.failure ??=
        thrown instanceof InTheWay ? thrown.message : `a request did not get through (${String(thrown)})`;
      throw new WperfError('unreachable', `http: ${this.failure}`, { operation: 'connect' });
    }
  }
}

/** What forbids load by HTTP. */
class InTheWay extends Error {}

const KIB = 1024;
const MIB = 1024 * KIB;
const trials = [64 * KIB, 256 * KIB, MIB, 2 * MIB];

/** The first shows the key. Whoever takes a body whole before passing it on makes the server's count come in lumps. */
async function tryUpload(url: string, judges: boolean, quiet: Promise<void>): Promise<void> {
  const emptyAt = performance.now();
  await ask(url, { method: 'POST' });
  const emptySeconds = secondsSince(emptyAt);
  if (!judges) return;
  await quiet;
  for (const bytes of trials) {
    const beganAt = performance.now();
    const response = await ask(url, { method: 'POST', body: bodyOf(bytes) }, bytes > 64 * KIB);
    if (response.status === 413) return;
    const { seconds } = (await response.json()) as { readonly seconds: number };
    const spent = secondsSince(beganAt) - emptySeconds;
    if (isSpooled(spent, seconds)) throw new InTheWay('a proxy on the way keeps uploads back until it has them whole');
    if (spent > 0.05) return;
  }
}

/** The answer's head; its body goes on until `leave` is told. */
async function askForLoad(url: string, leave: AbortController): Promise<Response> {
  const late = setTimeout(
    () => leave.abort(new InTheWay('a request for load had no answer')),
    waits.loadConnectSeconds * 1000,
  );
  try {
    return await ask(url, { signal: leave.signal });
  } finally {
    clearTimeout(late);
  }
}

/** Of one body: phones end tabs that take much memory. */
export function mostBytesOf({ isPhone }: PagePlace): number {
  return isPhone ? 16 * MIB : 32 * MIB;
}

async function ask(url: string, init: RequestInit, mayBeTooLarge = false): Promise<Response> {
  const late = AbortSignal.timeout(waits.loadConnectSeconds * 1000);
  const response = await fetch(url, { cache: 'no-store', signal: late, ...init });
  if (response.ok || (mayBeTooLarge && response.status === 413)) return response;
  throw new InTheWay(`a request for load was answered with ${response.status}`);
}

/** By HTTP/2 and later all requests share one connection, and one that is stuck holds up all. */
function checkVersion(version: string): void {
  if (/^h[23]/.test(version)) throw new InTheWay(`a proxy on the way joins all requests (${version})`);
}

function versionOf(url: string): string {
  const [entry] = performance.getEntriesByName(new URL(url, location.href).href) as PerformanceResourceTiming[];
  performance.clearResourceTimings();
  return entry?.nextHopProtocol ?? '';
}

function secondsSince(moment: number): number {
  return (performance.now() - moment) / 1000;
}
