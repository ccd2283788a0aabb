/**
 * Opens channels, echoes every text, and tells a number on each at once and every 10 ms.
 *
 *     node inband-client.mjs DIST '{"target": {"host": ADDRESS, "port": N}, "connections": 1, "busyMs": 0}'
 *
 * Ends when its channels are closed, or without a word after `leaveMs`; stands still after `freezeMs`. With `busyMs` its
 * event loop is blocked for so long again and again.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dist = '', request = ''] = process.argv.slice(2);
const { target, connections = 1, busyMs, leaveMs, freezeMs } = JSON.parse(request);
const { wsTransport } = await import(pathToFileURL(join(dist, 'transport/ws/connect.js')).href);

const plan = { target: { secure: false, path: '/', ...target }, insecure: true, headers: [], connectTimeoutMs: 5000 };
for (let number = 0; number < connections; number++) {
  const { channel } = await wsTransport.connect(plan);
  let told = 0;
  const tell = () => channel.send(String(told++));
  const telling = setInterval(tell, 10);
  tell();
  channel.onText = (text) => channel.send(`echo ${text}`);
  channel.onClose = () => clearInterval(telling);
}
if (leaveMs !== undefined) setTimeout(() => process.exit(), leaveMs);
if (freezeMs !== undefined) setTimeout(() => process.kill(process.pid, 'SIGSTOP'), freezeMs);
if (busyMs !== undefined) setInterval(() => block(busyMs), 1).unref();

function block(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
