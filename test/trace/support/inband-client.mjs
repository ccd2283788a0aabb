/**
 * Opens channels, echoes every text, and tells a number on each at once and every 10 ms.
 *
 *     node inband-client.mjs DIST '{"target": {"host": ADDRESS, "port": N}, "connections": 1, "leaveMs": 0}'
 *
 * Ends when its channels are closed, or leaves without a word after `leaveMs`.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dist = '', request = ''] = process.argv.slice(2);
const { target, connections = 1, leaveMs } = JSON.parse(request);
const { connectWs } = await import(pathToFileURL(join(dist, 'transport/ws/connect.js')).href);

const plan = { target: { secure: false, path: '/', ...target }, insecure: true, headers: [], connectTimeoutMs: 5000 };
for (let number = 0; number < connections; number++) {
  const channel = await connectWs(plan);
  let told = 0;
  const tell = () => channel.send(String(told++));
  const telling = setInterval(tell, 10);
  tell();
  channel.onText = (text) => channel.send(`echo ${text}`);
  channel.onClose = () => clearInterval(telling);
}
if (leaveMs !== undefined) setTimeout(() => process.exit(), leaveMs);
