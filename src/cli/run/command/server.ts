import { exitCodes } from '../../../errors.js';
import type { GeoipOptions } from '../../../geoip/open.js';
import { deferred } from '../../../host/deferred.js';
import { identity } from '../../../host/identity.js';
import type { OutputPlan, ServerPlan } from '../../../plan/plan.js';
import { testReporters } from '../../../report/make.js';
import { makeJsonRecorder, makeRecorder } from '../../../report/recorder.js';
import { startServerPlan } from '../../../server/server.js';
import { openOutput } from '../output/output.js';
import { ServerOutput } from '../output/server-output.js';
import { watchStandardStreams } from '../output/writes.js';
import { onInterrupt } from '../process/signals.js';
import { placesOnDemand } from './places.js';

/** Told to a parent process that started this server for itself. */
export interface Ready {
  readonly port: number;
}

export interface ServerCommand {
  readonly intervalSeconds: number;
  readonly geoip: GeoipOptions | undefined;
  readonly output: OutputPlan;
  /** Goes on without the process that started it. */
  readonly daemon?: boolean;
}

/** Serves until a signal, or after one test with `--one-off`; resolves with the exit code. */
export async function runServerCommand(plan: ServerPlan, options: ServerCommand): Promise<number> {
  watchStandardStreams('warns');
  const output = await openOutput(options.output, 'warns');
  const make = await testReporters(options.output.format);
  const places = placesOnDemand(options.geoip, (line) => output.screen.err.write(`warning: ${line}\n`));
  const interrupted = deferred();
  onInterrupt(interrupted.resolve);
  const starting = startServerPlan(plan, {
    makeRecorder: () => makeRecorder(identity),
    ...(options.output.format !== 'text' && { makeJsonRecorder: () => makeJsonRecorder(identity) }),
    annotate: async (ip) => (await places())?.lookup(ip) ?? {},
  });
  const server = await Promise.race([starting, interrupted.promise]);
  if (!server) {
    await output.close();
    return exitCodes.success;
  }
  const report = new ServerOutput(options.output, options.intervalSeconds, output, make);
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  server.on('test', (event, session) => report.test(event, session));
  server.on('pings', (event) => report.pings(event));
  server.on('notice', (event) => report.notice(event));
  report.listening(server.address, plan);
  void interrupted.promise.then(() => server.close());
  process.send?.({ port: server.address.port } satisfies Ready);
  if (!options.daemon) process.once('disconnect', () => void server.close());
  await closed;
  if (process.connected) process.disconnect();
  await output.close();
  return exitCodes.success;
}
