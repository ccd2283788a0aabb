/** The program: one command line in, reports out, and the exit code. */
import { exitCode, exitCodes, toWperfError } from '../errors.js';
import type { ConnectionPlan, Target } from '../plan/plan.js';
import type { Topic } from './flags/help/topics.js';
import type { Placed } from './plan/client.js';
import type { Command, RunningCommand } from './plan/command.js';

import { watchStandardStreams } from './run/output/writes.js';
import { hearInterrupts } from './run/process/signals.js';

export { leave } from './run/process/leave.js';

/** Resolves with the exit code; never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  watchStandardStreams('ends');
  let command: Command | undefined;
  try {
    command = loneCommand(argv) ?? (await parsed(argv));
    return await run(command, argv);
  } catch (thrown) {
    const error = toWperfError(thrown);
    const { tellFailure } = await import('./run/output/failure.js');
    await tellFailure(error, argv, command);
    return exitCode(error.code);
  }
}

/** Answered without the parser, whose loading takes longer than the answer. */
function loneCommand(argv: readonly string[]): Command | undefined {
  if (argv.length !== 1) return undefined;
  if (argv[0] === '-h' || argv[0] === '--help') return { command: 'help', topic: 'modes' };
  return argv[0] === '-v' || argv[0] === '--version' ? { command: 'version', verbose: false } : undefined;
}

async function parsed(argv: readonly string[]): Promise<Command> {
  const [{ parseCommand }, { processSurroundings }] = await Promise.all([
    import('./plan/command.js'),
    import('./plan/surroundings.js'),
  ]);
  return parseCommand(argv, processSurroundings);
}

/** Each command's code loads when it is asked for: starting is most of what a short command does. */
async function run(command: Command, argv: readonly string[]): Promise<number> {
  switch (command.command) {
    case 'help':
      process.stdout.write(await helpOn(command.topic, process.stdout.columns ?? 80));
      return exitCodes.success;
    case 'completion': {
      const { completionFor } = await import('./flags/help/completion.js');
      process.stdout.write(completionFor(command.shell));
      return exitCodes.success;
    }
    case 'usage':
      process.stderr.write(await helpOn('modes', process.stderr.columns ?? 80));
      return exitCodes.usage;
    case 'version': {
      const { versionText } = await import('./run/output/version-text.js');
      process.stdout.write(`${await versionText(command.verbose)}\n`);
      return exitCodes.success;
    }
    case 'from': {
      const { runFromCommand } = await import('./run/command/from.js');
      return runFromCommand(command.files, command.output);
    }
    case 'compare': {
      const { runCompareCommand } = await import('./run/command/compare.js');
      return runCompareCommand(command.files, command.output);
    }
    case 'server':
      return command.daemon ? runDaemon(command, argv) : runHere(command);
    default:
      return runHere(command);
  }
}

async function helpOn(topic: Topic, columns: number): Promise<string> {
  if (topic === 'man') return (await import('./flags/help/man.js')).manPage();
  const { helpText } = await import('./flags/help/help.js');
  return `${helpText(columns, topic)}\n`;
}

async function runDaemon(command: RunningCommand, argv: readonly string[]): Promise<number> {
  const { inBackground, serveInBackground, startInBackground } = await import('./run/process/daemon.js');
  return inBackground() ? serveInBackground(() => runHere(command)) : startInBackground(argv, command.output);
}

async function runHere(command: RunningCommand): Promise<number> {
  hearInterrupts();
  for (const note of command.notes ?? []) process.stderr.write(`note: ${note}\n`);
  if (command.pidFile !== undefined) {
    const { keepPidFile } = await import('./run/process/pidfile.js');
    keepPidFile(command.pidFile);
  }
  switch (command.command) {
    case 'client': {
      const { plan, output } = command;
      const { runClientCommand } = await import('./run/command/client.js');
      return atTarget(plan, (target) => runClientCommand({ ...plan, target }, output));
    }
    case 'ping': {
      const { plan, output } = command;
      const { runPingCommand } = await import('./run/command/ping.js');
      return atTarget(plan, (target) => runPingCommand({ ...plan, target }, output));
    }
    case 'route-back': {
      const { plan } = command;
      const { runRouteBack } = await import('./run/command/route-back.js');
      return atTarget(plan, (target) => runRouteBack({ ...plan, target }, command));
    }
    case 'traceroute': {
      const { runTraceCommand } = await import('./run/command/route.js');
      return runTraceCommand(command);
    }
    case 'server': {
      const { runServerCommand } = await import('./run/command/server.js');
      return runServerCommand(command);
    }
  }
}

/** `run` is given where the server is: where the plan says, or where one that is started for it listens. */
async function atTarget(plan: Placed<ConnectionPlan>, run: (target: Target) => Promise<number>): Promise<number> {
  if (plan.target !== 'loopback') return run(plan.target);
  const { withOwnServer } = await import('./run/command/loopback.js');
  return withOwnServer(plan, run);
}
