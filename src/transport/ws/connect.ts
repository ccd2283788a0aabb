/** Opens channels to a wperf server, directly or through a proxy. */
import type { IncomingMessage } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, TLSSocket } from 'node:tls';
import { type ClientOptions, WebSocket } from 'ws';
import { bounds } from '../../defaults/index.js';
import { WperfError } from '../../errors.js';
import { canonicalHost } from '../../net/ip.js';
import type { ClientPlan } from '../../plan/plan.js';
import { SUBPROTOCOL } from '../../protocol/version.js';
import { software } from '../../version.js';
import type { Channel, ChannelInfo } from '../channel.js';
import { proxyAgent } from '../proxy.js';
import type { Transport } from '../transport.js';
import { WsChannel } from './channel.js';
import { connectError, namedNoSubprotocol, responseError, timeoutError } from './errors.js';

/** The part of a refusing server's answer that is looked at. */
const REFUSAL_BYTES = 1024;

type ConnectPlan = Pick<
  ClientPlan,
  'target' | 'family' | 'bind' | 'connectTimeoutMs' | 'headers' | 'ca' | 'insecure' | 'proxy'
>;

/**
 * `lane: false` makes the channel use plain `ws` calls; `protocols` are the sub-protocols offered, none for the original
 * wperf. Rejects with a WperfError.
 */
export async function connectWs(plan: ConnectPlan, lane = true, protocols = [SUBPROTOCOL]): Promise<Channel> {
  const { target, connectTimeoutMs } = plan;
  const peer = `${target.host}:${target.port}`;
  const attempt = { peer, secure: target.secure, proxied: plan.proxy !== undefined };
  const ws = new WebSocket(urlOf(plan), protocols, await clientOptions(plan));
  return new Promise((resolve, reject) => {
    let socket: Socket | undefined;
    const timer = setTimeout(() => fail(timeoutError(attempt, connectTimeoutMs)), connectTimeoutMs);
    const fail = (error: WperfError) => {
      clearTimeout(timer);
      ws.on('error', () => {});
      ws.terminate();
      reject(error);
    };
    ws.on('error', (error) => fail(connectError(firstCause(error), attempt)));
    ws.on('unexpected-response', (_request, response) => {
      readStart(response, (body) => fail(responseError(response, body, attempt)));
    });
    ws.on('upgrade', (response: IncomingMessage) => {
      socket = response.socket;
    });
    ws.on('open', () => {
      clearTimeout(timer);
      ws.removeAllListeners();
      if (socket) resolve(new WsChannel(ws, { socket, isClient: true, info: infoOf(socket), lane }));
    });
  });
}

/** WebSocket: `ws` or `wss`, directly or through a proxy. */
export const wsTransport: Transport = {
  name: 'ws',
  async connect({ address, ...way }) {
    const plan = address === undefined ? way : { ...way, target: { ...way.target, host: address } };
    try {
      return { channel: await connectWs(plan), subprotocol: SUBPROTOCOL };
    } catch (error) {
      if (!(error instanceof WperfError && namedNoSubprotocol(error))) throw error;
      return { channel: await connectWs(plan, true, []), subprotocol: undefined };
    }
  },
};

/** An IPv6 zone (`fe80::1%eth0`) is for the system only: a URL cannot hold it. */
function urlOf({ target }: ConnectPlan): string {
  const host = target.host.includes(':') ? `[${target.host.replace(/%.*$/, '')}]` : target.host;
  return `${target.secure ? 'wss' : 'ws'}://${host}:${target.port}${target.path}`;
}

async function clientOptions(plan: ConnectPlan): Promise<ClientOptions> {
  const { target, ca, insecure, proxy, headers } = plan;
  const tls = { ...(ca !== undefined && { ca }), rejectUnauthorized: !insecure };
  const way =
    proxy === undefined
      ? { createConnection: connectDirectly(plan, tls) }
      : { agent: await proxyAgent(proxy, localEnd(plan)) };
  return {
    ...way,
    ...(target.secure && tls),
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: bounds.frameBytes,
    headers: { 'User-Agent': software.replace(' ', '/'), ...Object.fromEntries(headers) },
  } as ClientOptions;
}

function localEnd({ family, bind }: ConnectPlan) {
  return { ...(family !== undefined && { family }), ...(bind !== undefined && { localAddress: bind }) };
}

function connectDirectly(plan: ConnectPlan, tls: ConnectionOptions): () => Socket {
  const { host, port, secure } = plan.target;
  const remote = { host, port, ...localEnd(plan) };
  if (secure) return () => connectTls({ ...remote, ...tls, ...(isIP(host) === 0 && { servername: host }) });
  return () => connectTcp(remote);
}

/** Of a failure at several addresses of one name, the first. */
function firstCause(error: Error): Error {
  return error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
}

function readStart(response: IncomingMessage, done: (body: string) => void): void {
  let body = '';
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    body += text;
    if (body.length > REFUSAL_BYTES) response.destroy();
  });
  response.on('error', () => {});
  response.on('close', () => done(body.slice(0, REFUSAL_BYTES)));
}

export function infoOf(socket: Socket): ChannelInfo {
  return {
    localHost: canonicalHost(socket.localAddress ?? ''),
    localPort: socket.localPort ?? 0,
    remoteHost: canonicalHost(socket.remoteAddress ?? ''),
    remotePort: socket.remotePort ?? 0,
    secure: socket instanceof TLSSocket,
  };
}
