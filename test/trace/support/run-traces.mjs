/**
 * Runs traces in a process of its own, so that a test can put it into a namespace and take its rights away.
 *
 *     node run-traces.mjs BUILD '{"traces": [OPTIONS, ...], "busyMs": 0}'
 *
 * All traces run at once. Prints one JSON array of event lists, or of {"error": {code, line}} where a trace failed.
 * With `busyMs` the event loop is blocked for so long again and again.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [build = '', request = ''] = process.argv.slice(2);
const { traceroute } = await import(pathToFileURL(join(build, 'trace/traceroute.js')).href);
const { traces, busyMs = 0 } = JSON.parse(request);
const blocking = busyMs > 0 ? setInterval(() => block(busyMs), 1) : undefined;

function block(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

async function collect(options) {
  const events = [];
  try {
    for await (const event of traceroute({ names: false, ...options })) events.push(event);
  } catch (thrown) {
    events.push({ type: 'error', error: { code: thrown.code, line: thrown.line ?? String(thrown) } });
  }
  return events;
}

const results = await Promise.all(traces.map(collect));
clearInterval(blocking);
process.stdout.write(JSON.stringify(results));
