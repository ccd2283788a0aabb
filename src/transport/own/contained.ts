/**
 * What a module of the user's does wrong costs its own tests and nothing else: what it throws, in a call or in a callback
 * of its own, ends the connections that it carries.
 */
import type { Duplex } from 'node:stream';
import { limits, waits } from '../../defaults/index.js';
import { attempt, given } from '../../given.js';
import { systemClock, within } from '../../host/clock.js';
import { deferred } from '../../host/deferred.js';
import type { LoadListener, LoadTransport, LoadWay } from '../load-transport.js';

/** How to end what runs over a module, by how a stack names its code. */
const failing = new Map<string, Set<(error: Error) => void>>();

/** `places` name the module's file as a stack may. */
export function contained(module: LoadTransport, places: readonly string[]): LoadTransport {
  const { name, carries, columns, statistics, listen } = module;
  const running = watch(places);
  return {
    name,
    carries,
    ...(columns && { columns }),
    connect: (way) => connect(module, way, running),
    listen: async (place) => {
      const accept = (stream: unknown) => {
        if (isStream(stream)) place.accept(guarded(stream, running));
        else throw new TypeError(`${name} accepted a connection that is no stream`);
      };
      return listenerOf(await inTime(async () => listen?.({ ...place, accept })));
    },
    ...(statistics && { statistics: (stream: Duplex) => figuresOf(() => statistics(stream)) }),
  };
}

/** What stands in the way of closing holds nobody up. */
function listenerOf(listener?: LoadListener): LoadListener {
  const { port } = listener ?? {};
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port <= limits.port.max)) {
    throw new TypeError(`listen gave the port ${port}`);
  }
  return { ...given({ port }), close: () => inTime(async () => listener?.close()).catch(() => {}) };
}

function inTime<T>(call: () => Promise<T>): Promise<T> {
  const { moduleSeconds } = waits;
  return within(systemClock, moduleSeconds, call(), () => new Error(`it took longer than ${moduleSeconds} s`));
}

type Running = Set<(error: Error) => void>;

async function connect(module: LoadTransport, way: LoadWay, running: Running): Promise<Duplex> {
  const failed = deferred<never>();
  running.add(failed.reject);
  failed.promise.catch(() => {});
  try {
    const stream: unknown = await Promise.race([module.connect(way), failed.promise]);
    if (!isStream(stream)) throw new TypeError('connect gave no stream');
    return guarded(stream, running);
  } finally {
    running.delete(failed.reject);
  }
}

/** Calls into the stream do not throw either. */
function guarded(stream: Duplex, running: Running): Duplex {
  const fail = (error: Error) => void stream.destroy(error);
  running.add(fail);
  stream.once('close', () => running.delete(fail));
  const write = stream.write.bind(stream) as (...values: unknown[]) => boolean;
  stream.write = (...values: unknown[]) => {
    try {
      return write(...values);
    } catch (thrown) {
      fail(asError(thrown));
      return false;
    }
  };
  return stream;
}

function figuresOf(read: () => Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return attempt(() => Object.fromEntries(Object.entries(read()).filter(([, value]) => Number.isFinite(value)))) ?? {};
}

function isStream(value: unknown): value is Duplex {
  const stream = value as Partial<Duplex> | null | undefined;
  return (
    typeof stream?.pipe === 'function' && typeof stream.write === 'function' && typeof stream.destroy === 'function'
  );
}

function watch(places: readonly string[]): Running {
  if (failing.size === 0) process.on('uncaughtException', onUncaught);
  const running = failing.get(places[0] ?? '') ?? new Set();
  for (const place of places) failing.set(place, running);
  return running;
}

/** What is not a module's doing ends the process, as it always did, unless the program around wperf hears of it too. */
function onUncaught(thrown: unknown): void {
  const error = asError(thrown);
  const [, running] = [...failing].find(([place]) => error.stack?.includes(place)) ?? [];
  if (!running && !isNobodys(error)) {
    if (process.listenerCount('uncaughtException') > 1) return;
    process.off('uncaughtException', onUncaught);
    throw error;
  }
  for (const fail of [...(running ?? [])]) fail(error);
}

/** An 'error' that nobody listened to, of a socket that a module left alone: wperf listens to all of its own. */
function isNobodys({ stack = '' }: Error): boolean {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return frames.every((frame) => frame.includes('node:'));
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
