/** One test of a run, by the same code as the command line's; what comes of it is told as it happens. */
import { bounds } from '../../src/defaults/index.js';
import { nativeLoad } from '../../src/dialects/native/client/load.js';
import { toWperfError, type WperfError } from '../../src/errors.js';
import type { EndEvent, IntervalEvent, StartEvent, TestEvent } from '../../src/events/load.js';
import { given } from '../../src/given.js';
import type { Host } from '../../src/host/host.js';
import { bitsPerSecond } from '../../src/measure/span.js';
import { Connections } from '../../src/modes/connections.js';
import { runLoad } from '../../src/modes/load/client.js';
import type { EchoLink, LoadDialect } from '../../src/modes/load/dialect.js';
import { completeLoad, completeTarget } from '../../src/plan/complete.js';
import type { ClientPlan } from '../../src/plan/plan.js';
import { DocumentBuilder } from '../../src/report/json/document.js';
import { jsonReporter } from '../../src/report/json/whole.js';
import type { Reporter } from '../../src/report/reporter.js';
import { TextReporter } from '../../src/report/text/load/load.js';
import type { LoadCarrier } from '../../src/transport/carriage.js';
import type { FiguresMessage, FromWorker, Load, PagePlace, Settings } from '../messages.js';
import type { Background } from './background.js';
import { connectTo } from './connect.js';
import { jitterOf } from './jitter.js';
import { omitSecondsOf, streamsOf } from './shape.js';
import { version } from './version.js';

/** A browser that has just opened connections, and runs code for the first time, is slow for a moment. */
const SETTLE_SECONDS = 0.3;
/** For what is measured before the load, which a path that is long or poor may leave incomplete. */
const QUIET_SECONDS = 1.5;

/** From one report of a receiver to the next. */
const INTERVAL_SECONDS = 0.2;

/** Above this it may be the browser that is measured. */
const FAST_BITS = 1.5e9;
const fastNote =
  'Above some 1.5 Gbit/s the browser may be the limit, not the network: the command line (wperf -c) measures more.';

const NOTED_HIDDEN_SECONDS = 0.5;
const nameOf: Readonly<Record<Load, string>> = { down: 'download', up: 'upload', bidir: 'test' };

interface PhaseOptions {
  readonly load: Load;
  readonly settings: Settings;
  readonly page: PagePlace;
  readonly host: Host;
  readonly carrier: LoadCarrier | undefined;
  readonly background: Background;
  readonly signal: AbortSignal;
  /** Seconds of the run. */
  readonly now: () => number;
  readonly tell: (message: FromWorker) => void;
  /** Latency before the load is measured, or will not be. */
  readonly onQuiet: () => void;
}

export interface PhaseOutcome {
  /** As the command line writes them. */
  readonly json: string;
  readonly text: string;
  readonly begun: boolean;
  readonly error?: WperfError;
}

export async function runPhase(options: PhaseOptions): Promise<PhaseOutcome> {
  const phase = new Phase(options);
  await phase.run();
  return phase.outcome();
}

class Phase {
  readonly #options: PhaseOptions;
  readonly #json: string[] = [];
  readonly #text: string[] = [];
  readonly #jsonReport: Reporter;
  readonly #textReport: Reporter;
  readonly #idleMs: number[] = [];
  #start: StartEvent | undefined;
  /** Second of the run at which the load began. */
  #beganAt = 0;
  #omittedBytes = 0;
  #error: WperfError | undefined;
  readonly #hiddenBefore: number;

  constructor(options: PhaseOptions) {
    const { page, background } = options;
    this.#options = options;
    this.#hiddenBefore = background.seconds;
    const identity = { software: `wperf ${version}`, systemInfo: page.browser };
    const text = { write: (piece: string) => void this.#text.push(piece) };
    const json = { write: (piece: string) => void this.#json.push(piece) };
    this.#jsonReport = jsonReporter(new DocumentBuilder(identity, { withTrips: true }), json);
    const screen = { out: text, err: text, columns: () => undefined, color: false };
    this.#textReport = new TextReporter({ ...identity, verbose: false, prefix: () => '' }, screen);
  }

  async run(): Promise<void> {
    const { page, host, carrier, signal, tell, load, now, onQuiet } = this.#options;
    host.clock.at(host.clock.now() + QUIET_SECONDS, onQuiet);
    tell({ type: 'phase', load, step: 'idle', atSeconds: now() });
    const connections = new Connections(async (_settled, place, hooks) => {
      const connected = await connectTo(page, hooks);
      if (place === 'beside') await new Promise((resolve) => setTimeout(resolve, SETTLE_SECONDS * 1000));
      return connected;
    });
    const options = { host, connections, dialectOf: () => this.#dialect(), carrier, signal };
    await runLoad(this.#plan(), options, (event) => this.#hear(event));
  }

  outcome(): PhaseOutcome {
    const texts = { json: this.#json.join(''), text: this.#text.join('') };
    return {
      ...texts,
      begun: this.#start !== undefined,
      ...given({ error: this.#error }),
    };
  }

  #plan(): ClientPlan {
    const { page, settings, load, carrier } = this.#options;
    const wish = {
      direction: load,
      seconds: settings.seconds,
      omitSeconds: omitSecondsOf(settings.seconds),
      streams: streamsOf(settings.streams, load),
      intervalSeconds: INTERVAL_SECONDS,
      ...given({ token: settings.token, proto: carrier && { name: carrier.name, settings: carrier.settings } }),
    };
    return { ...completeLoad(wish), target: completeTarget(page) };
  }

  /** Round trips are told one by one, for the chart. */
  #dialect(): LoadDialect {
    return {
      ...nativeLoad,
      openEcho: (connection, opening) => this.#heard(nativeLoad.openEcho?.(connection, opening)),
    };
  }

  #heard(link: EchoLink | undefined): EchoLink {
    if (!link) throw toWperfError(new Error('no round trips'));
    const { load, now, tell } = this.#options;
    const ping: EchoLink['echo']['ping'] = async (written) => {
      const loaded = this.#start !== undefined;
      const atSeconds = now();
      const rttMs = await link.echo.ping(written);
      if (!loaded && this.#idleMs.push(rttMs) === bounds.idlePings) this.#options.onQuiet();
      tell({ type: 'rtt', load, loaded, atSeconds, rttMs });
      return rttMs;
    };
    return { ...link, echo: { ping } };
  }

  #hear(told: TestEvent): void {
    const event = this.#marked(told);
    this.#jsonReport.event(event);
    // Five lines a second are for a chart.
    if (event.type !== 'interval') this.#textReport.event(event);
    const { tell, load, now } = this.#options;
    if (event.type === 'start') {
      this.#start = event;
      this.#beganAt = now();
      tell({ type: 'phase', load, step: 'load', atSeconds: this.#beganAt });
    } else if (event.type === 'interval') this.#tellRates(event);
    else if (event.type === 'notice') tell({ type: 'note', text: event.text });
    else if (event.type === 'end') this.#tellEnd(event);
    else if (event.type === 'error') {
      this.#error = event.error;
      if (event.partial) this.#tellEnd(event.partial);
    }
  }

  /** A result says for how long nobody saw the page. */
  #marked(event: TestEvent): TestEvent {
    const seconds = this.#options.background.seconds - this.#hiddenBefore;
    if (seconds < NOTED_HIDDEN_SECONDS) return event;
    const text = `This tab was in the background for ${seconds.toFixed(1)} s of the ${nameOf[this.#options.load]}, where browsers may slow it.`;
    const marked = (end: EndEvent): EndEvent => ({ ...end, warnings: [...end.warnings, text] });
    if (event.type === 'end') return marked(event);
    return event.type === 'error' && event.partial ? { ...event, partial: marked(event.partial) } : event;
  }

  #tellRates({ sums }: IntervalEvent): void {
    const omitSeconds = this.#start?.test.omitSeconds ?? 0;
    for (const { direction, omitted, start, end, bytes } of sums) {
      if (omitted) this.#omittedBytes += bytes;
      const from = this.#beganAt + (omitted ? 0 : omitSeconds);
      const times = { fromSeconds: from + start, toSeconds: from + end };
      this.#options.tell({ type: 'rate', direction, omitted, bytes, ...times });
    }
  }

  #tellEnd(end: EndEvent): void {
    for (const text of end.warnings) this.#options.tell({ type: 'note', text });
    const figures = this.#figures(end);
    const fastest = Math.max(0, ...Object.values(figures.bitsPerSecond));
    if (fastest > FAST_BITS) this.#options.tell({ type: 'note', text: fastNote });
    this.#options.tell(figures);
  }

  #figures({ sums, latency, streams }: EndEvent): FiguresMessage {
    const rates = sums.flatMap(({ direction, received }) =>
      received && received.bytes > 0 ? [[direction, bitsPerSecond(received)] as const] : [],
    );
    const {
      idle = null,
      loadedUp = null,
      loadedDown = null,
      bufferbloatMs = null,
      rpm = null,
      grade = null,
    } = latency ?? {};
    return {
      type: 'figures',
      load: this.#options.load,
      bitsPerSecond: Object.fromEntries(rates),
      ...{ idle, loadedUp, loadedDown, bufferbloatMs, rpm, grade },
      jitterMs: jitterOf(this.#idleMs) ?? null,
      volumeBytes: streams.reduce(
        (sum, { sent, received }) => sum + Math.max(sent?.bytes ?? 0, received?.bytes ?? 0),
        this.#omittedBytes,
      ),
      transport: this.#start?.transport ?? '',
    };
  }
}
