/** The report for people: the original's rules, iperf3's columns. */
import { stripControl } from '../../../errors.js';
import type {
  DirectionSum,
  EndEvent,
  ErrorEvent,
  IntervalEvent,
  IntervalSum,
  StartEvent,
  StreamInterval,
  StreamResult,
  TestEvent,
} from '../../../events/load.js';
import type { LatencyReport } from '../../../measure/latency/latency.js';
import type { CpuUse } from '../../../measure/usage.js';
import type { OutputPlan } from '../../../plan/plan.js';
import { jsonText, printableEvent } from '../../printable.js';
import type { Reporter, Screen } from '../../reporter.js';
import { millisecondsText } from '../format.js';
import { type Style, styleOf } from '../style.js';
import { checkLine } from './checks.js';
import { acceptedFrom, describeTest, lastSecondOf, readerLines, throughProxy } from './describe.js';
import { latencyLine, queueLine } from './latency.js';
import { packetLines, probedLine } from './packets.js';
import { type Row, type RowOptions, Rows } from './rows.js';
import { simulationFindings, simulationLine } from './simulation.js';
import { buffersLine, isAsked, socketLine } from './socket.js';
import { warningsOf } from './warnings.js';

const RULE_WIDTH = 60;

interface TextOptions extends Pick<OutputPlan, 'unit' | 'verbose'> {
  readonly software: string;
  readonly systemInfo: string;
  /** Put before each line of results. */
  readonly prefix: () => string;
  /** This end's figures are all there can be: no word of the far end's that are not there. */
  readonly alone?: boolean;
}

export class TextReporter implements Reporter {
  readonly #options: TextOptions;
  readonly #screen: Screen;
  readonly #style: Style;
  #start: StartEvent | undefined;
  #rows: Rows | undefined;

  constructor(options: TextOptions, screen: Screen) {
    this.#options = options;
    this.#screen = screen;
    this.#style = styleOf(screen.color);
  }

  event(received: TestEvent): void {
    const event = printableEvent(received);
    if (event.type === 'start') this.#printStart(event);
    else if (event.type === 'interval') this.#printInterval(event);
    else if (event.type === 'end') this.#printEnd(event);
    else if (event.type === 'error') this.#printFailure(event);
    else if (event.type === 'notice')
      this.#note(event.level === 'warning' ? this.#style.warn('warning:') : 'note:', event.text);
  }

  #printStart(start: StartEvent): void {
    this.#start = start;
    const { software, systemInfo, verbose } = this.#options;
    if (verbose) this.#print(systemInfo);
    this.#print(`${this.#style.strong(software)}: ${describeTest(start)}`);
    if (start.role === 'server') {
      this.#print(`Accepted connection from ${acceptedFrom(start.peer)} (${start.peerSoftware})`);
    }
    if (start.proxy !== undefined) this.#print(throughProxy(start.proxy));
    if (start.probed) this.#print(probedLine(start.probed));
    if (start.simulation) this.#print(this.#style.strong(simulationLine(start.simulation)));
    if (isAsked(start.socket)) this.#print(socketLine(start.socket));
    if (verbose) this.#printDetails(start);
    for (const { id, localHost, localPort, remoteHost, remotePort } of start.streams) {
      const number = String(id).padStart(3);
      this.#print(`[${number}] local ${localHost} port ${localPort} connected to ${remoteHost} port ${remotePort}`);
    }
    if (start.rtt) {
      const { minMs, avgMs } = start.rtt;
      this.#print(`Round trip before the test: min ${millisecondsText(minMs)}, avg ${millisecondsText(avgMs)}`);
    }
  }

  #printDetails(start: StartEvent): void {
    this.#print(`Session ${start.session}, ${new Date(start.wallMs).toUTCString()}`);
    if (start.role === 'client') this.#print(`Server software: ${start.peerSoftware}`);
    if (start.mss !== undefined) this.#print(`TCP MSS: ${start.mss} bytes`);
    const buffers = buffersLine(start.socket);
    if (buffers !== undefined) this.#print(buffers);
    for (const line of readerLines(start)) this.#print(line);
    if (start.extraData !== undefined) this.#print(`Extra data: ${start.extraData}`);
  }

  #printInterval(event: IntervalEvent): void {
    const rows = this.#rows ?? this.#printHead(event.streams, { window: true, noteWidth: this.#noteWidth() });
    this.#rows = rows;
    const mark = ({ omitted, senderCount }: StreamInterval | IntervalSum) =>
      omitted ? '(omitted)' : senderCount ? '(sent)' : '';
    for (const stream of event.streams) {
      const retransmits = stream.tcp?.retransmits;
      this.#print(rows.line({ ...stream, span: stream, retransmits, note: mark(stream) }));
    }
    if ((this.#start?.test.streams ?? 1) === 1) return;
    for (const sum of event.sums) {
      this.#print(this.#style.strong(rows.line({ ...sum, id: 'SUM', span: sum, note: mark(sum) })));
    }
  }

  #noteWidth(): number {
    if ((this.#start?.test.omitSeconds ?? 0) > 0) return '(omitted)'.length;
    return this.#start?.dialect !== undefined ? '(sent)'.length : 0;
  }

  #printHead(
    streams: readonly (StreamInterval | StreamResult)[],
    { window, noteWidth }: Pick<RowOptions, 'window' | 'noteWidth'>,
  ): Rows {
    const width = this.#width();
    const { role = 'client', test, columns = [] } = this.#start ?? {};
    const packets = test?.mode === 'datagram';
    const retransmits = !packets && streams.some(({ tcp }) => tcp !== undefined);
    const rows = new Rows({
      ...{ width, role, packets, retransmits, columns, noteWidth },
      window: window && retransmits,
      unit: this.#options.unit,
      bidir: test?.direction === 'bidir',
      lastSecond: this.#start ? lastSecondOf(this.#start) : 0,
    });
    this.#print('-'.repeat(Math.min(RULE_WIDTH, width ?? RULE_WIDTH)));
    this.#print(rows.head);
    return rows;
  }

  /** Columns left for a line; undefined without a terminal, or with one that does not tell. */
  #width(): number | undefined {
    const columns = this.#screen.columns() ?? 0;
    return columns > 0 ? Math.max(1, columns - this.#margin().length) : undefined;
  }

  #printEnd(end: EndEvent): void {
    const notes = end.streams.map((result) => receiverNote(result.partial).length);
    const rows = this.#printHead(end.streams, { window: false, noteWidth: Math.max(...notes) });
    for (const result of end.streams) this.#printTotals(rows, { ...result, retransmits: result.tcp?.retransmits });
    if (end.sums.some((sum) => end.streams.filter((result) => result.direction === sum.direction).length > 1)) {
      for (const sum of end.sums) this.#printTotals(rows, { ...sum, id: 'SUM' });
    }
    for (const line of packetLines(end)) this.#print(line);
    this.#print(this.#cpuLine(end.cpu));
    if (end.latency) this.#printLatency(end.latency);
    if (end.simulation) this.#print(this.#style.strong(simulationFindings(end.simulation, this.#start?.dialect)));
    const { sender, receiver } = end.congestion ?? {};
    if (this.#options.verbose && sender !== undefined) {
      this.#print(`Congestion control: ${sender} (sender), ${receiver ?? 'unknown'} (receiver)`);
    }
    const output = end.serverOutput ?? (end.serverOutputJson && jsonText(end.serverOutputJson, 2));
    if (output !== undefined) this.#print(`\nServer output:\n${output.trimEnd()}`);
    for (const warning of warningsOf(end)) this.#note(this.#style.warn('warning:'), warning);
    for (const failed of end.failedChecks ?? []) {
      this.#note(this.#style.fail('check failed:'), checkLine(failed, this.#options.unit));
    }
  }

  /** In a test one way the loaded latency is its queue, unless something odd is about: that is in the JSON. */
  #printLatency(latency: LatencyReport): void {
    this.#print(latencyLine(latency));
    const queues = latency.loadedUp && latency.loadedDown ? queueLine(latency) : undefined;
    if (queues !== undefined) this.#print(queues);
  }

  #printTotals(
    rows: Rows,
    total: (StreamResult | DirectionSum) & { id: Row['id']; retransmits?: number | undefined },
  ): void {
    const { id, direction, sender, sent, received, partial, packets, retransmits, statistics } = total;
    const print = (row: Pick<Row, 'span' | 'packets' | 'retransmits' | 'statistics' | 'note'>) => {
      if (row.span === null && this.#options.alone) return;
      const line = rows.line({ id, direction, sender, ...row });
      this.#print(id === 'SUM' ? this.#style.strong(line) : line);
    };
    print({ span: sent, retransmits, statistics, note: 'sender' });
    print({ span: received, packets, note: receiverNote(partial) });
  }

  #cpuLine({ local, remote }: EndEvent['cpu']): string {
    const use = (end: CpuUse) =>
      `${end.total.toFixed(0)} % (${end.user.toFixed(0)} user, ${end.system.toFixed(0)} system)`;
    const [here, there] = this.#start?.role === 'server' ? ['server', 'client'] : ['client', 'server'];
    const which = this.#start?.test.omitSeconds ? 'CPU, omitted seconds included' : 'CPU';
    if (!remote && this.#options.alone) return `${which}: ${here} ${use(local)}`;
    return `${which}: ${here} ${use(local)}, ${there} ${remote ? use(remote) : 'missing'}`;
  }

  #printFailure({ error, partial }: ErrorEvent): void {
    if (partial) this.#printEnd(printableEvent(partial));
    this.#note(this.#style.fail('wperf: error:'), stripControl(error.line));
  }

  #print(text: string): void {
    const lines = text.split('\n').map((line) => `${this.#margin()}${line}\n`);
    this.#screen.out.write(lines.join(''));
  }

  /** What stands before each line. */
  #margin(): string {
    const title = this.#start?.title;
    return this.#options.prefix() + (title === undefined ? '' : `${title}:  `);
  }

  #note(mark: string, text: string): void {
    this.#screen.err.write(`${mark} ${text}\n`);
  }
}

function receiverNote(partial: boolean): string {
  return partial ? 'receiver (partial)' : 'receiver';
}
