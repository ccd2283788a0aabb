/**
 * Runs traces in a process of its own, so that a test can put it into a namespace and take its rights away.
 *
 *     node run-traces.mjs DIST '{"traces": [OPTIONS, ...], "busyMs": 0}'
 *
 * All traces run at once. Prints one JSON array of event lists, or of {"error": {code, line}} where a trace failed.
 * With `busyMs` the event loop is blocked for so long again and again. Packages named in `without` cannot be found.
 */
import Module, { register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dist = '', request = ''] = process.argv.slice(2);
const { traces, busyMs = 0, without = [] } = JSON.parse(request);
hide(without);
const { traceroute } = await import(pathToFileURL(join(dist, 'trace/traceroute.js')).href);
const blocking = busyMs > 0 ? setInterval(() => block(busyMs), 1) : undefined;

/** As if the packages were not installed, for `import` and for `require`. */
function hide(packages) {
  if (packages.length === 0) return;
  const hook = `export const resolve = (name, context, next) => {
    if (${JSON.stringify(packages)}.includes(name)) throw new Error('Cannot find package ' + name);
    return next(name, context);
  };`;
  register(`data:text/javascript,${encodeURIComponent(hook)}`);
  const resolveFilename = Module._resolveFilename;
  Module._resolveFilename = (name, ...rest) => {
    if (packages.includes(name)) throw new Error(`Cannot find package ${name}`);
    return resolveFilename(name, ...rest);
  };
}

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
