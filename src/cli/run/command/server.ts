import { exitCodes } from '../../../errors.js';
import { deferred } from '../../../host/deferred.js';
import { identity } from '../../../host/identity.js';
import { testReporters } from '../../../report/make.js';
import { makeJsonRecorder, makeRecorder } from '../../../report/recorder.js';
import { startServerPlan } from '../../../server/server.js';
import type { ServerCommand } from '../../plan/command.js';
import { openOutput } from '../output/output.js';
import { ServerOutput } from '../output/server-output.js';
import { watchStandardStreams } from '../output/writes.js';
import { onInterrupt } from '../process/signals.js';
import { placesOnDemand } from './places.js';

/** Told to a parent process that started this server for itself. */
export interface Ready {
  readonly port: number;
}

/** Serves until a signal, or after one test with `--one-off`; resolves with the exit code. */
export async function runServerCommand(command: ServerCommand): Promise<number> {
  const { plan, output: outputPlan, intervalSeconds, geoip, daemon = false } = command;
  watchStandardStreams('warns');
  const output = await openOutput(outputPlan, 'warns');
  const make = await testReporters(outputPlan.format);
  const places = placesOnDemand(geoip, (line) => output.screen.err.write(`warning: ${line}\n`));
  const interrupted = deferred();
  onInterrupt(interrupted.resolve);
  const starting = startServerPlan(plan, {
    makeRecorder: () => makeRecorder(identity),
    ...(outputPlan.format !== 'text' && { makeJsonRecorder: () => makeJsonRecorder(identity) }),
    annotate: async (ip) => (await places())?.lookup(ip) ?? {},
  });
  const server = await Promise.race([starting, interrupted.promise]);
  if (!server) {
    await output.close();
    return exitCodes.success;
  }
  const report = new ServerOutput(outputPlan, intervalSeconds, output, make);
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  server.on('test', (event, session) => report.test(event, session));
  server.on('pings', (event) => report.pings(event));
  server.on('notice', (event) => report.notice(event));
  report.listening(server.address, plan);
  void interrupted.promise.then(() => server.close());
  process.send?.({ port: server.address.port } satisfies Ready);
  if (!daemon) process.once('disconnect', () => void server.close());
  await closed;
  if (process.connected) process.disconnect();
  await output.close();
  return exitCodes.success;
}
