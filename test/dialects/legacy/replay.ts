/** Exchanges in the original's dialect, replayed from files: one side's entries are sent, the other's awaited. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { WebSocket } from 'ws';
import { repositoryFile } from '../../support/folders.js';

export interface Entry {
  readonly from: 'client' | 'server';
  readonly kind: 'text' | 'load' | 'packet' | 'close';
  readonly text?: string;
  /** What a text that differs from run to run looks like. */
  readonly pattern?: string;
  /** Payload bytes of each message. */
  readonly length?: number;
  /** Of messages; any number of them where it is absent. */
  readonly count?: number;
  readonly number?: number;
  readonly code?: number;
  readonly reason?: string;
}

export interface Recording {
  readonly name: string;
  /** The server's. */
  readonly token?: string;
  /** What the client runs, in recordings that are for a client. */
  readonly client?: 'throughput' | 'ping' | 'traceroute';
  /** The client's. */
  readonly plan?: {
    readonly mode?: 'throughput' | 'datagram';
    readonly direction?: 'up' | 'down' | 'bidir';
    readonly blockBytes?: number;
    readonly bytes?: number;
    readonly bitsPerSecond?: number;
    readonly count?: number;
    readonly token?: string;
    readonly legacyToken?: boolean;
  };
  readonly exchange: readonly Entry[];
}

const folder = ['test', 'dialects', 'legacy', 'recordings'];

export function recordings(): Recording[] {
  return readdirSync(repositoryFile(...folder)).map((file) => ({
    name: file.replace('.json', ''),
    ...JSON.parse(readFileSync(repositoryFile(...folder, file), 'utf8')),
  }));
}

type Heard = { readonly text: string } | { readonly data: Buffer } | { readonly code: number; readonly reason: string };

/** One side of a recording, played on a WebSocket; attach it before anything can arrive. */
export class Player {
  readonly #ws: WebSocket;
  readonly #heard: Heard[] = [];
  #wake: () => void = () => {};
  #heardNumber = 0;
  #sentNumber = 0;

  constructor(ws: WebSocket) {
    this.#ws = ws;
    ws.on('message', (data: Buffer, isBinary) => this.#hear(isBinary ? { data } : { text: data.toString() }));
    ws.on('close', (code, reason) => this.#hear({ code, reason: reason.toString() }));
    ws.on('error', () => {});
  }

  async play(side: Entry['from'], exchange: readonly Entry[]): Promise<void> {
    for (const entry of exchange) {
      if (entry.from === side) this.#send(entry);
      else await this.#expect(entry);
    }
  }

  #send({ kind, text = '', length = 0, count = 1, number = 0, code }: Entry): void {
    if (kind === 'text') this.#ws.send(text);
    else if (kind === 'close') this.#ws.close(code);
    else if (kind === 'packet') this.#ws.send(packet(number, length));
    else for (let i = 0; i < count; i++) this.#ws.send(packet(this.#sentNumber++, length));
  }

  async #expect({ kind, text, pattern, length = 0, count, code, reason }: Entry): Promise<void> {
    if (kind === 'load') {
      await this.#expectLoad(length, count);
      return;
    }
    const heard = await this.#next();
    if (kind === 'close') expect(heard).toEqual({ code, reason });
    else if (pattern !== undefined) expect(heard).toEqual({ text: expect.stringMatching(new RegExp(pattern)) });
    else expect(heard).toEqual({ text });
  }

  async #expectLoad(length: number, count: number | undefined): Promise<void> {
    for (let i = 0; i < (count ?? Number.POSITIVE_INFINITY); i++) {
      const heard = await this.#peek();
      if (!('data' in heard)) {
        expect(count, `${i} load messages came`).toBeUndefined();
        expect(i).toBeGreaterThan(0);
        return;
      }
      this.#heard.shift();
      expect(heard.data.length).toBe(length);
      expect(heard.data.readBigUInt64BE(0)).toBe(BigInt(this.#heardNumber++));
    }
  }

  async #next(): Promise<Heard> {
    const heard = await this.#peek();
    this.#heard.shift();
    return heard;
  }

  async #peek(): Promise<Heard> {
    for (;;) {
      const [heard] = this.#heard;
      if (heard) return heard;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #hear(heard: Heard): void {
    this.#heard.push(heard);
    this.#wake();
  }
}

function packet(number: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeBigUInt64BE(BigInt(number));
  bytes.writeBigUInt64BE(BigInt(Date.now()) * 1_000_000n, 8);
  return bytes;
}
