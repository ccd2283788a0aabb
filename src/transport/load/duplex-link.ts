/** What links of load over a stream have in common, whatever the stream carries. */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { StatisticColumn, Statistics } from '../../measure/statistics.js';
import type { ChannelInfo, Closed, KernelView, LoadSink } from '../channel.js';

export interface DuplexLinkOptions {
  /** Of the transport. */
  readonly name: string;
  readonly info: ChannelInfo;
  readonly columns?: readonly StatisticColumn[] | undefined;
  readonly statistics?: (() => Statistics) | undefined;
  /** Of the socket below a stream that is none itself. */
  readonly kernel?: KernelView;
  readonly datagrams?: { readonly refused: number };
}

export abstract class DuplexLink {
  readonly isApart = true;
  onClose: (closed: Closed) => void = () => {};
  bytesRead = 0;
  readonly transport: string;
  readonly info: ChannelInfo;
  readonly columns: readonly StatisticColumn[];
  readonly statistics: () => Statistics;
  protected readonly stream: Duplex;
  readonly #datagrams: DuplexLinkOptions['datagrams'];
  #sink: LoadSink | undefined;
  #isReading = false;

  constructor(stream: Duplex, { name, info, columns = [], statistics = () => ({}), datagrams }: DuplexLinkOptions) {
    this.stream = stream;
    this.#datagrams = datagrams;
    this.transport = name;
    this.info = info;
    this.columns = columns;
    this.statistics = statistics;
    stream.on('error', (error) => this.#end(wordsOf(error)));
    stream.on('end', () => stream.destroy());
    stream.on('close', () => this.#end(''));
  }

  get sink(): LoadSink | undefined {
    return this.#sink;
  }

  set sink(sink: LoadSink | undefined) {
    this.#sink = sink;
    if (sink) this.begin();
  }

  get queuedBytes(): number {
    return this.stream.writableLength;
  }

  get refusedDatagrams(): number | undefined {
    return this.#datagrams?.refused;
  }

  end(): void {
    this.stream.end();
  }

  drop(): void {
    this.onClose = () => {};
    const { stream } = this;
    const isTcp =
      stream instanceof Socket && !(stream instanceof TLSSocket) && !stream.destroyed && !stream.writableFinished;
    if (isTcp) stream.resetAndDestroy();
    else stream.destroy();
  }

  /** What went wrong here is told before anybody else can tell what came of it. */
  #end(text: string): void {
    const { onClose } = this;
    this.onClose = () => {};
    onClose({ reason: 'lost', text });
  }

  /** Reads from now on. */
  protected begin(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    this.read();
  }

  /** Called once: listens to the stream, and has it flow. */
  protected abstract read(): void;
}

/** Nothing where the far end has closed it: what was still to be written is not what went wrong. */
function wordsOf({ code, message }: NodeJS.ErrnoException): string {
  return code === 'ERR_STREAM_WRITE_AFTER_END' ? '' : message;
}
