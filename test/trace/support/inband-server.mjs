/**
 * Waits for channels, then traces back along all of them at once and tries each afterwards.
 *
 *     node inband-server.mjs DIST '{"host": ADDRESS, "connections": 1, "options": {}, "cutMs": 0,
 *                                   "tls": {"cert": PATH, "key": PATH}}'
 *
 * Prints "port N", then one JSON array of what became of each channel: the events of its trace, the texts that the peer
 * sent by itself, the peer's echoes of each event and of a hundred texts afterwards, the connection's TTL and
 * retransmissions. With `cutMs` the traces are ended after so long.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const [dist = '', request = ''] = process.argv.slice(2);
const { host, connections = 1, options = {}, cutMs, tls } = JSON.parse(request);
const load = (name) => import(pathToFileURL(join(dist, name)).href);
const { openFrontDoor } = await load('transport/door/front-door.js');
const { secureContextOf } = await load('transport/door/tls.js');
const { openingsOf } = await load('server/entries.js');
const { Admission } = await load('server/admission.js');
const { systemClock } = await load('host/clock.js');
const { inbandTrace } = await load('trace/inband/trace.js');

const afterwards = 100;
const results = await Promise.all((await acceptChannels()).map(traced));
process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit());

function acceptChannels() {
  return new Promise((resolve) => {
    const guests = [];
    const trusts = () => false;
    const serve = (channel) => {
      guests.push(guestOf(channel));
      if (guests.length === connections) resolve(guests);
    };
    const admission = new Admission({ clock: systemClock, oneOff: false, trusts, onOver: () => {}, onShort: () => {} });
    const openings = openingsOf({
      entries: [{ kind: 'subprotocol', name: 'wperf.v1', serve }],
      secure: tls && secureContextOf({ cert: readFileSync(tls.cert, 'utf8'), key: readFileSync(tls.key, 'utf8') }),
      path: undefined,
      clock: systemClock,
      trusts,
      admission,
      lane: true,
    });
    const onConnection = (tcp) => admission.enter(tcp);
    openFrontDoor({ host, port: 0, clock: systemClock, trusts, onConnection, openings }).then(({ port }) =>
      process.stdout.write(`port ${port}\n`),
    );
  });
}

function guestOf(channel) {
  const told = [];
  const echoes = [];
  channel.onText = (text) => (text.startsWith('echo ') ? echoes : told).push(text.replace(/^echo /, ''));
  return { channel, told, echoes };
}

async function traced({ channel, told, echoes }) {
  const events = [];
  const stop = new AbortController();
  if (cutMs !== undefined) setTimeout(() => stop.abort(), cutMs);
  try {
    for await (const event of inbandTrace(channel, { names: false, ...options }, { signal: stop.signal })) {
      events.push(event);
      channel.send(event.type);
    }
  } catch (thrown) {
    events.push({ type: 'error', error: { code: thrown.code, line: thrown.line ?? String(thrown) } });
  }
  if (events.at(-1)?.error?.code === 'peer-lost') return { events, told, echoes };
  const sent = events.filter(({ type }) => type !== 'error').length + afterwards;
  for (let number = 0; number < afterwards; number++) channel.send(String(number));
  for (let waited = 0; waited < 300 && echoes.length < sent; waited++) await sleep(10);
  return { events, told, echoes, ...(await stateOf(channel)) };
}

async function stateOf({ kernel }) {
  return { ttl: kernel.options()?.ttl, retransmits: kernel.sample()?.retransmits };
}
