/**
 * Sends six probes that die at the first router, reading nothing in between, and prints the replies as JSON.
 *
 *     node send-without-hearing.mjs DIST IP
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dist = '', ip = ''] = process.argv.slice(2);
const { openLinuxErrqueue } = await import(pathToFileURL(join(dist, 'trace/linux/errqueue-prober.js')).href);

const target = { ip, family: ip.includes(':') ? 6 : 4, scopeId: 0 };
const replies = [];
const prober = await openLinuxErrqueue({ target, protocol: 'udp', port: 33_434, wake: hear });
for (let id = 0; id < 6; id++) prober.send({ id, ttl: 1 });
const giveUp = setTimeout(finish, 2000);

function hear() {
  replies.push(...prober.receive());
  if (replies.length === 6) finish();
}

function finish() {
  clearTimeout(giveUp);
  prober.close();
  process.stdout.write(JSON.stringify(replies));
}
