/** A client of iperf3 that says what it is told, word by word. */
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { jsonFrame } from '../../../../src/dialects/iperf3/wire/framing.js';

/** Bytes of one connection as they come, a piece at a time. */
export class Line {
  readonly socket: Socket;
  /** Settles when the connection has ended. */
  readonly ended: Promise<void>;
  #bytes = Buffer.alloc(0);
  #isOver = false;
  #heard: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#heard();
    });
    this.ended = new Promise((resolve) =>
      socket.once('close', () => {
        this.#isOver = true;
        this.#heard();
        resolve();
      }),
    );
  }

  static async open(port: number): Promise<Line> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const line = new Line(socket);
    await Promise.race([once(socket, 'connect'), line.ended]);
    return line;
  }

  say(bytes: Uint8Array | string): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  sayJson(value: unknown): void {
    this.say(jsonFrame(value));
  }

  /** Fewer where the connection ends before. */
  async read(bytes: number): Promise<Buffer> {
    while (this.#bytes.length < bytes && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
    const read = this.#bytes.subarray(0, bytes);
    this.#bytes = this.#bytes.subarray(read.length);
    return read;
  }

  /** Undefined at the end of the connection. */
  async state(): Promise<number | undefined> {
    return (await this.read(1))[0];
  }

  async states(count: number): Promise<number[]> {
    return [...(await this.read(count))];
  }

  async json(): Promise<Record<string, unknown>> {
    const length = (await this.read(4)).readUInt32BE();
    return JSON.parse((await this.read(length)).toString());
  }

  /** Of an error that the server tells, whatever it said before: its number; -1 of a busy one. */
  async refusal(): Promise<number | undefined> {
    for (let state = await this.state(); state !== undefined; state = await this.state()) {
      if (state === 0xff) return -1;
      if (state === 0xfe) return (await this.read(8)).readInt32BE();
    }
    return undefined;
  }
}

let cookies = 0;

/** 36 letters and a closing byte. */
export function newCookie(): Buffer {
  cookies += 1;
  const name = cookies.toString().replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? 'a');
  return Buffer.from(`${name.padEnd(36, 'z')}\0`);
}

export interface Conversation {
  readonly cookie?: Buffer;
  readonly params: Readonly<Record<string, unknown>>;
  /** Connections for load; as `parallel` says, both ways where that is asked for. */
  readonly streams?: number;
  /** The first datagram of each stream, where they go by UDP. */
  readonly hello?: Buffer;
  /** Sent on each stream. */
  readonly load?: Buffer;
  readonly results: (ids: readonly number[]) => unknown;
}

export const usualParams = {
  ...{ tcp: true, omit: 0, time: 1, num: 0, blockcount: 0, parallel: 1, len: 131_072 },
  ...{ pacing_timer: 1000, client_version: '3.12' },
};

export function usualResults(ids: readonly number[]) {
  const stream = { bytes: 1000, retransmits: -1, jitter: 0, errors: 0, packets: 0, start_time: 0, end_time: 0.1 };
  return {
    ...{ cpu_util_total: 1, cpu_util_user: 0.5, cpu_util_system: 0.5, sender_has_retransmits: -1 },
    ...{ congestion_used: 'cubic', streams: ids.map((id) => ({ id, ...stream })) },
  };
}

export const usual: Conversation = { params: usualParams, load: Buffer.alloc(1000), results: usualResults };

/** A client in the middle of its test. */
export interface Client {
  readonly control: Line;
  readonly streams: (Line | Datagrams)[];
  readonly said: number[];
  readonly answers: Buffer[];
  serverResults?: Record<string, unknown>;
}

export const stepNames = ['cookie', 'params', 'stream', 'others', 'start', 'load', 'end', 'results', 'done'] as const;
export type StepName = (typeof stepNames)[number];

/** Speaks as far as the step, that one included. */
export async function converse(port: number, talk: Conversation, last: StepName = 'done'): Promise<Client> {
  const { cookie = newCookie(), params, hello, load = Buffer.alloc(0), results } = talk;
  const both = params.bidirectional === true ? 2 : 1;
  const { streams: count = Number(params.parallel ?? 1) * both } = talk;
  const client: Client = { control: await Line.open(port), streams: [], said: [], answers: [] };
  const { control, streams, said } = client;
  const ids = Array.from({ length: count }, (_, at) => (at === 0 ? 1 : at + 2));
  const hear = async (states: number) => void said.push(...(await control.states(states)));
  const openStream = async () => {
    const stream = hello ? await openDatagrams(port, hello, client) : await Line.open(port);
    if (stream instanceof Line) stream.say(cookie);
    streams.push(stream);
  };
  const steps: Readonly<Record<StepName, () => Promise<void>>> = {
    cookie: async () => {
      control.say(cookie);
      await hear(1);
    },
    params: async () => {
      control.sayJson(params);
      await hear(1);
    },
    stream: openStream,
    others: async () => {
      for (let at = 1; at < count; at++) await openStream();
    },
    start: () => hear(2),
    load: async () => {
      for (const stream of streams) {
        if (stream instanceof Line) stream.say(load);
        else if (load.length > 0) stream.send(load);
      }
      // Before the word that it was all, which goes by another connection.
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
    end: async () => {
      control.say(Buffer.of(4));
      await hear(1);
    },
    results: async () => {
      control.sayJson(results(ids));
      client.serverResults = await control.json();
      await hear(1);
    },
    done: async () => {
      control.say(Buffer.of(16));
      leave(client);
      await control.ended;
    },
  };
  for (const name of stepNames.slice(0, stepNames.indexOf(last) + 1)) await steps[name]();
  return client;
}

/** In good order, or as one that was killed. */
export function leave({ control, streams }: Client, isKilled = false): void {
  for (const stream of [...streams, control]) {
    if (!(stream instanceof Line)) stream.close();
    else if (isKilled) stream.socket.resetAndDestroy();
    else stream.socket.end();
  }
}

async function openDatagrams(port: number, hello: Buffer, { answers }: Client): Promise<Datagrams> {
  const socket = createSocket('udp4');
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.send(hello);
  const [answer] = (await once(socket, 'message')) as [Buffer];
  answers.push(answer);
  return socket;
}
