/** The client's side of the upgrade: from a socket to a channel, or to why there is none. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type ClientOptions, WebSocket } from 'ws';
import { bounds } from '../../defaults/index.js';
import type { WperfError } from '../../errors.js';
import { onAbort } from '../../host/abort.js';
import { systemClock } from '../../host/clock.js';
import { endpointText } from '../../net/endpoint.js';
import { software } from '../../package.js';
import { strippedError } from '../../protocol/stripped.js';
import { HELLO_HEADER, HELLO_TAKEN, SUBPROTOCOL } from '../../protocol/version.js';
import { serverBeyond } from '../connect/reach.js';
import { step } from '../connect/step.js';
import { infoOf } from '../socket/info.js';
import type { Connected, Way } from '../transport.js';
import { WsChannel } from './channel.js';
import { isStripped, responseError, upgradeError, wrongSubprotocol } from './errors.js';

/** The part of a refusing server's answer that is looked at. */
const REFUSAL_BYTES = 1024;

interface UpgradeOptions {
  readonly lane: boolean | undefined;
  readonly signal: AbortSignal;
  readonly greeting: string | undefined;
}

export async function askForUpgrade(
  socket: Socket,
  way: Way,
  { lane, signal, greeting }: UpgradeOptions,
): Promise<Connected> {
  const attempt = { peer: endpointText(way.target), secure: way.target.secure, proxied: way.proxy !== undefined };
  const askedAt = systemClock.now();
  const ws = new WebSocket(urlOf(way), [SUBPROTOCOL], optionsOf(way, socket, greeting));
  // TLS to a proxy alone protects nothing behind it.
  const info = () => ({ ...infoOf(socket), secure: way.target.secure, ...serverBeyond(way) });
  const channelOf = () => new WsChannel(ws, { socket, isClient: true, info: info(), lane });
  try {
    const answer = await step<Connected | IncomingMessage>(socket, signal, (done, fail) => {
      let answered: Omit<Connected, 'channel'> = { subprotocol: undefined };
      ws.on('upgrade', ({ headers }) => {
        answered = { ...said(headers), answeredMs: (systemClock.now() - askedAt) * 1000 };
        const flaw = flawOf(headers, attempt.peer);
        if (flaw) fail(flaw);
        // To name none is allowed and says who is speaking (RFC 6455, section 4.2.2), but `ws` would hang up.
        else headers['sec-websocket-protocol'] = SUBPROTOCOL;
      });
      ws.on('unexpected-response', (_request, response) => done(response));
      ws.on('error', fail);
      // What comes right behind the answer must find the channel there.
      ws.on('open', () => {
        ws.removeAllListeners();
        done({ channel: channelOf(), ...answered });
      });
    });
    if ('channel' in answer) return answer;
    throw responseError(answer, await startOf(answer, signal), attempt);
  } catch (error) {
    ws.removeAllListeners();
    ws.on('error', () => {});
    ws.terminate();
    throw upgradeError(error, attempt);
  }
}

function said(headers: IncomingHttpHeaders) {
  return { subprotocol: headers['sec-websocket-protocol'], greeted: headers[HELLO_HEADER] === HELLO_TAKEN };
}

/** Why the answer grants nothing that this end can speak. */
function flawOf(headers: IncomingHttpHeaders, peer: string): WperfError | undefined {
  const { 'sec-websocket-protocol': subprotocol } = headers;
  if (subprotocol === undefined) return isStripped(headers) ? strippedError(peer) : undefined;
  return subprotocol === SUBPROTOCOL ? undefined : wrongSubprotocol(peer);
}

/** An IPv6 zone (`fe80::1%eth0`) is for the system only: a URL cannot hold it, and no server needs it. */
function urlOf({ target }: Way): string {
  const { host, port, secure, path } = target;
  return `${secure ? 'wss' : 'ws'}://${endpointText({ host: host.replace(/%.*/, ''), port })}${path}`;
}

function optionsOf({ headers }: Way, socket: Socket, greeting: string | undefined): ClientOptions {
  const hello = greeting && Buffer.from(greeting).toString('base64url');
  return {
    createConnection: () => socket,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: bounds.frameBytes,
    headers: {
      'User-Agent': software.replace(' ', '/'),
      ...(hello && hello.length <= bounds.helloHeaderBytes && { [HELLO_HEADER]: hello }),
      ...Object.fromEntries(headers),
    },
  } as ClientOptions;
}

/** The beginning of a response's body, as far as it comes in time. */
function startOf(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    let body = '';
    const stop = () => response.destroy();
    const cancel = onAbort(signal, stop);
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      body += text;
      if (body.length > REFUSAL_BYTES) stop();
    });
    response.on('error', () => {});
    response.on('close', () => {
      cancel();
      resolve(body.slice(0, REFUSAL_BYTES));
    });
  });
}
