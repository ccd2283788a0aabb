/** A server of iperf3 by script: what it says at each step is the test's. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { COOKIE_BYTES } from '../../../../src/dialects/iperf3/wire/cookie.js';
import { FrameReader, jsonFrame } from '../../../../src/dialects/iperf3/wire/framing.js';
import { streamIds } from '../../../../src/dialects/iperf3/wire/ids.js';
import { type Params, readParams } from '../../../../src/dialects/iperf3/wire/params.js';
import { type Results, readResults, writeResults } from '../../../../src/dialects/iperf3/wire/results.js';
import { states } from '../../../../src/dialects/iperf3/wire/states.js';
import { systemClock } from '../../../../src/host/clock.js';
import type { Later } from '../../../support/undo.js';

/** One test, from the server's end. */
export class Visit {
  readonly control: Socket;
  readonly reader: FrameReader;
  readonly cookie: Buffer;
  readonly streams: Socket[] = [];
  params: Params | undefined;
  received = 0;
  readonly #accept: (count: number) => Promise<Socket>[];

  constructor(control: Socket, reader: FrameReader, cookie: Buffer, accept: (count: number) => Promise<Socket>[]) {
    this.control = control;
    this.reader = reader;
    this.cookie = cookie;
    this.#accept = accept;
  }

  say(...bytes: readonly number[]): void {
    this.control.write(Buffer.from(bytes));
  }

  async takeParams(): Promise<Params> {
    this.say(states.paramExchange);
    this.params = readParams(await this.reader.readJson(8192, 5, 'params'));
    return this.params;
  }

  /** Of an upload, counted; of what the test sends, kept. */
  async takeStreams(count: number): Promise<void> {
    const coming = this.#accept(count);
    this.say(states.createStreams);
    for (const each of coming) {
      const socket = await each;
      const reader = new FrameReader(socket, { clock: systemClock, peer: 'client' });
      const cookie = await reader.readBytes(COOKIE_BYTES, 5, 'cookie');
      if (!cookie.equals(this.cookie)) throw new Error('another cookie');
      reader.release();
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        this.received += chunk.length;
      });
      socket.resume();
      this.streams.push(socket);
    }
  }

  async toRunning(): Promise<void> {
    const { parallel, bidir } = await this.takeParams();
    await this.takeStreams(bidir ? 2 * parallel : parallel);
    this.say(states.testStart, states.testRunning);
  }

  async toEnd(): Promise<void> {
    await this.toRunning();
    await this.expect(states.testEnd);
  }

  async expect(state: number): Promise<void> {
    const heard = await this.reader.readState(20);
    if (heard !== state) throw new Error(`${heard} where ${state} was due`);
  }

  async takeResults(): Promise<Results> {
    this.say(states.exchangeResults);
    const json = await this.reader.readJson(1e6, 5, 'results');
    return readResults(json, streamIds(this.streams.length));
  }

  sayResults(changes: Record<string, unknown> = {}): void {
    const bytes = Math.floor(this.received / this.streams.length);
    const streams = streamIds(this.streams.length).map((id) => ({
      ...{ id, bytes, jitterSeconds: 0, errors: 0, packets: 0, startSeconds: 0, endSeconds: 0.3 },
    }));
    const results = { cpu: { total: 1, user: 1, system: 0 }, senderHasRetransmits: -1, streams };
    this.control.write(jsonFrame({ ...writeResults(results), ...changes }));
  }
}

export interface FakeServer {
  readonly port: number;
  /** What went wrong in scripts. */
  readonly failures: unknown[];
  /** Connections that are still open. */
  readonly open: ReadonlySet<Socket>;
}

/** A server that closes its port is there again after so long. */
const awayMs = 200;

/** `script` is run for each connection that is no stream of a test that runs. */
export async function startFake(
  later: Later,
  script: (visit: Visit, visits: number, away: () => void) => Promise<void>,
): Promise<FakeServer> {
  const waiting: ((socket: Socket) => void)[] = [];
  const open = new Set<Socket>();
  const failures: unknown[] = [];
  let visits = 0;
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
    const taker = waiting.shift();
    if (taker) taker(socket);
    else void serve(socket).catch((error) => failures.push(error));
  });
  const serve = async (socket: Socket) => {
    const reader = new FrameReader(socket, { clock: systemClock, peer: 'client' });
    const cookie = await reader.readBytes(COOKIE_BYTES, 5, 'cookie');
    const accept = (count: number) =>
      Array.from({ length: count }, () => new Promise<Socket>((resolve) => waiting.push(resolve)));
    await script(new Visit(socket, reader, cookie, accept), ++visits, away);
  };
  const away = () => {
    const { port } = server.address() as { port: number };
    server.close();
    const timer = setTimeout(() => server.listen(port, '127.0.0.1'), awayMs);
    later(() => clearTimeout(timer));
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  later(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { port: (server.address() as { port: number }).port, failures, open };
}
