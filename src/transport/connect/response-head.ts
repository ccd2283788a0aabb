/** The head of a response of HTTP (RFC 9112), read from a socket that carries something else behind it. */
import type { Socket } from 'node:net';
import { bounds } from '../../defaults/index.js';
import { ProxyRefusal } from './proxy.js';
import { readStep } from './read-step.js';

export interface ResponseHead {
  readonly status: number;
  /** The words behind the status; they may be missing. */
  readonly reason: string;
  /** What a proxy asks of who wants to log in, challenge by challenge (RFC 9110, section 11.7.1). */
  readonly challenges: readonly string[];
}

/** What is shown of it at most, so that a message stays one line. */
const REASON_LENGTH = 200;

/** A line may end without its carriage return (RFC 9112, section 2.2). */
const headEnd = /\r?\n\r?\n/;
const statusLine = /^HTTP\/\d\.\d (\d{3})(?: (.*))?$/;
const challenge = /^proxy-authenticate:[ \t]*(.+)$/gim;

/** What comes behind the head stays unread. Rejects with ProxyRefusal, or as the socket fails. */
export function readResponseHead(socket: Socket, signal: AbortSignal): Promise<ResponseHead> {
  let seen = '';
  return readStep(socket, signal, () => {
    const read: Buffer | null = socket.read();
    seen += read?.toString('latin1') ?? '';
    const end = headEnd.exec(seen);
    if (!end) {
      checkBeginning(seen);
      return undefined;
    }
    const behind = seen.slice(end.index + end[0].length);
    if (behind !== '') socket.unshift(Buffer.from(behind, 'latin1'));
    return headOf(seen);
  });
}

function checkBeginning(seen: string): void {
  const begin = 'HTTP/';
  if (!seen.startsWith(begin.slice(0, seen.length))) throw notHttp();
  if (seen.length > bounds.headerBytes) throw tooLong();
}

function headOf(text: string): ResponseHead {
  const [line = ''] = text.split(/\r?\n/, 1);
  const [, status, reason = ''] = statusLine.exec(line) ?? [];
  if (status === undefined) throw notHttp();
  const challenges = Array.from(text.matchAll(challenge), ([, value = '']) => value);
  return { status: Number(status), reason: reason.slice(0, REASON_LENGTH), challenges };
}

function notHttp(): ProxyRefusal {
  return new ProxyRefusal('what it says is not HTTP', 'is it a proxy of this kind? check --proxy');
}

function tooLong(): ProxyRefusal {
  return new ProxyRefusal(`its answer has more than ${bounds.headerBytes} bytes of headers`, 'is it an HTTP proxy?');
}
