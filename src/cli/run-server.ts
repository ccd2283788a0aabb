import { exitCodes } from '../errors.js';
import { identity } from '../host/identity.js';
import type { OutputPlan, ServerPlan } from '../plan.js';
import { makeRecorder } from '../report/recorder.js';
import { startServerPlan } from '../session/server.js';
import { openOutput } from './output.js';
import { ServerOutput } from './server-output.js';
import { onInterrupt } from './signals.js';

/** Told to a parent process that started this server for itself. */
export interface Ready {
  readonly port: number;
}

/** Serves until a signal, or after one test with `--one-off`; resolves with the exit code. */
export async function runServerCommand(
  plan: ServerPlan,
  intervalSeconds: number,
  outputPlan: OutputPlan,
): Promise<number> {
  const output = await openOutput(outputPlan);
  const server = await startServerPlan(plan, { makeRecorder: () => makeRecorder(identity) });
  const report = new ServerOutput(outputPlan, intervalSeconds, output);
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  server.on('test', (event, session) => report.test(event, session));
  server.on('pings', (event) => report.pings(event));
  server.on('notice', (event) => report.notice(event));
  report.listening(server.address, plan);
  const release = onInterrupt(() => void server.close());
  process.send?.({ port: server.address.port } satisfies Ready);
  process.once('disconnect', () => void server.close());
  await closed;
  release();
  if (process.connected) process.disconnect();
  await output.close();
  return exitCodes.success;
}
