/** Two ends of a WebSocket over an in-memory pair of streams that cuts bytes where it likes. */
import { createServer } from 'node:http';
import { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { bounds } from '../../src/defaults/index.js';
import { WsChannel } from '../../src/transport/ws/channel.js';

/** Sizes of the pieces that a write is delivered in, repeated over and over. */
export type Cuts = readonly number[];

const whole: Cuts = [Number.POSITIVE_INFINITY];

class PairedEnd extends Duplex {
  other: PairedEnd | undefined;
  readonly #cuts: Cuts;
  #turn = 0;

  constructor(cuts: Cuts) {
    super({ allowHalfOpen: false });
    this.#cuts = cuts;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    for (let at = 0; at < chunk.length; ) {
      const size = this.#cuts[this.#turn++ % this.#cuts.length] ?? chunk.length;
      this.other?.push(Buffer.from(chunk.subarray(at, at + size)));
      at += size;
    }
    setImmediate(done);
  }

  override _final(done: () => void): void {
    if (!this.other?.destroyed) this.other?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.other?.destroyed) setImmediate(() => this.other?.destroy());
    done(error);
  }

  setNoDelay(): void {}
  setTimeout(): void {}
  setKeepAlive(): void {}
  ref(): void {}
  unref(): void {}
}

export function streamPair(cuts: Cuts = whole): [PairedEnd, PairedEnd] {
  const [a, b] = [new PairedEnd(cuts), new PairedEnd(cuts)];
  a.other = b;
  b.other = a;
  a.on('error', () => {});
  b.on('error', () => {});
  return [a, b];
}

const info = { localHost: 'memory', localPort: 1, remoteHost: 'memory', remotePort: 2, secure: false };

/** A raw stream on the client's side, upgraded by hand, and the server's channel. */
export async function rawClient(lane = true): Promise<{ client: PairedEnd; server: WsChannel }> {
  const [client, far] = streamPair();
  const server = acceptOn(far, lane);
  const answered = new Promise<void>((resolve) => client.once('data', () => resolve()));
  client.write(
    'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: wperf.v1\r\n\r\n',
  );
  await answered;
  return { client, server: await server };
}

function acceptOn(stream: PairedEnd, lane: boolean): Promise<WsChannel> {
  const http = createServer();
  const upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: bounds.frameBytes,
  });
  return new Promise((resolve) => {
    http.on('upgrade', (request, socket, head) => {
      upgrader.handleUpgrade(request, socket, head, (ws) =>
        resolve(new WsChannel(ws, { socket: stream, isClient: false, info, lane })),
      );
    });
    http.emit('connection', stream);
  });
}

export async function channelPair(
  options: { cuts?: Cuts; clientLane?: boolean; serverLane?: boolean } = {},
): Promise<{ client: WsChannel; server: WsChannel }> {
  const { cuts = whole, clientLane = true, serverLane = true } = options;
  const [near, far] = streamPair(cuts);
  const accepted = acceptOn(far, serverLane);
  const ws = new WebSocket('ws://memory/', 'wperf.v1', {
    createConnection: () => near as never,
    perMessageDeflate: false,
    autoPong: false,
  });
  const client = await new Promise<WsChannel>((resolve, reject) => {
    ws.on('error', reject);
    ws.on('open', () => resolve(new WsChannel(ws, { socket: near, isClient: true, info, lane: clientLane })));
  });
  return { client, server: await accepted };
}
