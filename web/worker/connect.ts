/** A WebSocket to the page's own server, as a transport gives it. */
import { WperfError } from '../../src/errors.js';
import { endpointText } from '../../src/net/endpoint.js';
import { SUBPROTOCOL } from '../../src/protocol/version.js';
import type { Channel } from '../../src/transport/channel.js';
import type { Connected, ConnectHooks } from '../../src/transport/transport.js';
import type { PagePlace } from '../messages.js';
import { BrowserChannel } from './channel.js';

const CONNECT_SECONDS = 10;
const LOOK_SECONDS = 3;

/** Rejects with a WperfError. Liveness: given up after ten seconds, or with the run. */
export function connectTo(page: PagePlace, { signal }: ConnectHooks): Promise<Connected> {
  const { host, port, secure } = page;
  const address = endpointText({ host, port });
  const info = { localHost: '', localPort: 0, remoteHost: host, remotePort: port, secure };
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const socket = new WebSocket(`${secure ? 'wss' : 'ws'}://${address}${page.path}`, SUBPROTOCOL);
    const fail = (text: string, hint = '') => {
      clearTimeout(timer);
      reject(
        new WperfError('unreachable', text, { operation: 'connect', peer: address, ...(hint !== '' && { hint }) }),
      );
      socket.close();
    };
    const timer = setTimeout(() => fail(`no WebSocket with ${address} came about in time`), CONNECT_SECONDS * 1000);
    signal?.addEventListener('abort', () => fail('given up while connecting'), { once: true });
    socket.onerror = async () => fail(`no WebSocket with ${address} came about`, await hintFor(page));
    socket.onopen = () => {
      clearTimeout(timer);
      socket.onerror = null;
      const channel = new BrowserChannel(socket as never, info) as unknown as Channel;
      resolve({ channel, subprotocol: socket.protocol, answeredMs: performance.now() - began });
    };
  });
}

/** Browsers do not say why; whether the page itself is still given out tells one reason from others. */
async function hintFor({ path }: PagePlace): Promise<string> {
  const headers = { Accept: 'text/html' };
  const signal = AbortSignal.timeout(LOOK_SECONDS * 1000);
  const isThere = await fetch(path, { method: 'HEAD', cache: 'no-store', headers, signal }).then(
    () => true,
    () => false,
  );
  return isThere
    ? 'the server is there, but may be full, or something on the way does not pass WebSockets'
    : 'the server does not answer; it may have been stopped';
}
