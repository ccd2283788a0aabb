/** The program: one command line in, reports out, and the exit code. */
import { exitCode, exitCodes, toWperfError } from '../errors.js';
import type { OutputPlan } from '../plan/plan.js';
import { askedFormat } from './flags/asked-format.js';
import type { Command } from './plan/command.js';
import { watchStandardStreams } from './run/writes.js';

/** Resolves with the exit code; never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  watchStandardStreams('ends');
  try {
    return await run(loneCommand(argv) ?? (await parsed(argv)));
  } catch (thrown) {
    const { clientReporter, openOutput } = await import('./run/output.js');
    const error = toWperfError(thrown);
    const plan = { ...plainOutput, format: askedFormat(argv) };
    clientReporter(plan, await openOutput(plan)).event({ type: 'error', error });
    return exitCode(error.code);
  }
}

/** Answered without the parser, whose loading takes longer than the answer. */
function loneCommand(argv: readonly string[]): Command | undefined {
  if (argv.length !== 1) return undefined;
  if (argv[0] === '-h' || argv[0] === '--help') return { command: 'help' };
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
async function run(command: Command): Promise<number> {
  switch (command.command) {
    case 'help': {
      const { helpText } = await import('./flags/help.js');
      process.stdout.write(`${helpText(process.stdout.columns ?? 80)}\n`);
      return exitCodes.success;
    }
    case 'usage': {
      const { helpText } = await import('./flags/help.js');
      process.stderr.write(`${helpText(process.stderr.columns ?? 80)}\n`);
      return exitCodes.usage;
    }
    case 'version': {
      const { versionText } = await import('./run/version-text.js');
      process.stdout.write(`${await versionText(command.verbose)}\n`);
      return exitCodes.success;
    }
    case 'client': {
      const { runClientCommand } = await import('./run/client.js');
      return runClientCommand(command.plan, command.output);
    }
    case 'loopback': {
      const { runClientCommand } = await import('./run/client.js');
      const { runLoopbackCommand } = await import('./run/loopback.js');
      return runLoopbackCommand(command.plan, (plan) => runClientCommand(plan, command.output));
    }
    case 'ping': {
      const { runPingCommand } = await import('./run/ping.js');
      return runPingCommand(command.plan, command.output);
    }
    case 'loopback-ping': {
      const { runPingCommand } = await import('./run/ping.js');
      const { runLoopbackCommand } = await import('./run/loopback.js');
      return runLoopbackCommand(command.plan, (plan) => runPingCommand(plan, command.output));
    }
    case 'route-back': {
      const { runRouteBack } = await import('./run/route-back.js');
      return runRouteBack(command.plan, command);
    }
    case 'loopback-route-back': {
      const { runRouteBack } = await import('./run/route-back.js');
      const { runLoopbackCommand } = await import('./run/loopback.js');
      return runLoopbackCommand(command.plan, (plan) => runRouteBack(plan, command));
    }
    case 'traceroute': {
      const { runTraceCommand } = await import('./run/route.js');
      return runTraceCommand(command.options, command);
    }
    case 'server': {
      const { runServerCommand } = await import('./run/server.js');
      return runServerCommand(command.plan, command);
    }
  }
}

const plainOutput: OutputPlan = { format: 'text', timestamps: false, verbose: false, color: false };
