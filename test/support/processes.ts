/**
 * Programs as children of a test: run to their end within a time limit, or started, waited for and stopped by their own
 * id. Liveness: every wait has a bound, and a child that outlives its test process is killed when that process exits.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { atExit } from './last-resort.js';
import type { Later } from './undo.js';

/** `npm run test:fast`: nothing runs that has to be declared as a need. */
export const isFast = process.env.WPERF_TESTS === 'fast';

/** What every machine has that can run the tests. */
const alwaysThere: readonly string[] = [process.execPath, 'sh', 'bash', 'env', 'sleep'];

/** Output beyond this many characters a stream is dropped: no test reads more. */
const keptCharacters = 16 * 1024 * 1024;

export interface ProcessOptions {
  readonly cwd?: string;
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Written to stdin, which is closed afterwards; without it stdin is empty. */
  readonly input?: string;
  /** Words put before the program's own, e.g. those that run it inside a network namespace. */
  readonly within?: readonly string[] | undefined;
}

export interface RunOptions extends ProcessOptions {
  readonly timeoutSeconds?: number;
}

/** How a program ended; `exitCode` is null when a signal ended it. */
export interface Finished {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const living = new Set<ChildProcess>();
atExit(() => {
  for (const child of living) child.kill('SIGKILL');
});

export class Running {
  readonly pid: number;
  /** Settles when the program has ended and its output is complete. */
  readonly finished: Promise<Finished>;
  readonly #child: ChildProcess;
  readonly #words: string;
  #stdout = '';
  #stderr = '';
  #ended = false;

  constructor(child: ChildProcess, pid: number, words: string) {
    this.#child = child;
    this.pid = pid;
    this.#words = words;
    living.add(child);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (this.#stdout.length < keptCharacters) this.#stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (this.#stderr.length < keptCharacters) this.#stderr += text;
    });
    this.finished = once(child, 'close').then(() => this.#finish());
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get running(): boolean {
    return !this.#ended;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#child.kill(signal);
  }

  /** The first match in what the program has written to either stream; fails when it ends or the time is over. */
  async outputMatching(pattern: RegExp, seconds = 10): Promise<RegExpExecArray> {
    let match: RegExpExecArray | null = null;
    await this.until(
      () => {
        match = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr);
        return match !== null;
      },
      `write ${pattern}`,
      seconds,
    );
    if (match === null) throw this.failure(`did not write ${pattern}`);
    return match;
  }

  /** Asks every few milliseconds whether `done`; fails when the program ends first or the time is over. */
  async until(done: () => boolean | Promise<boolean>, what: string, seconds = 10): Promise<void> {
    const deadline = performance.now() + seconds * 1000;
    while (!(await done())) {
      if (this.#ended && !(await done())) throw this.failure(`ended and did not ${what}`);
      if (performance.now() > deadline) throw this.failure(`did not ${what} within ${seconds} s`);
      await pause(10);
    }
  }

  /** Asks the program to end, and kills it when it has not within `graceSeconds`. Harmless when it has ended already. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', graceSeconds = 3): Promise<Finished> {
    this.signal(signal);
    const killer = setTimeout(() => this.signal('SIGKILL'), graceSeconds * 1000);
    try {
      return await this.finished;
    } finally {
      clearTimeout(killer);
    }
  }

  failure(what: string): Error {
    return new Error(`${this.#words}: ${what}\n${tail(this.#stdout)}${tail(this.#stderr)}`);
  }

  #finish(): Finished {
    this.#ended = true;
    living.delete(this.#child);
    const { exitCode, signalCode } = this.#child;
    return { exitCode, signal: signalCode, stdout: this.#stdout, stderr: this.#stderr };
  }
}

/** Starts a program. `later` gets its `stop`, so it is stopped however the test ends. */
export async function start(later: Later, argv: readonly string[], options: ProcessOptions = {}): Promise<Running> {
  const running = await launch(argv, options);
  later(async () => {
    await running.stop();
  });
  return running;
}

/** Runs a program to its end, whatever its exit code; fails when it takes longer than `timeoutSeconds` (20). */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { timeoutSeconds = 20 } = options;
  const running = await launch(argv, options);
  let late = false;
  const killer = setTimeout(() => {
    late = true;
    running.signal('SIGKILL');
  }, timeoutSeconds * 1000);
  const finished = await running.finished;
  clearTimeout(killer);
  if (late) throw running.failure(`did not end within ${timeoutSeconds} s`);
  return finished;
}

/** Runs a program that must succeed, and gives its stdout. */
export async function output(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { exitCode, signal, stdout, stderr } = await run(argv, options);
  if (exitCode !== 0)
    throw new Error(`${argv.join(' ')}: ended with ${signal ?? exitCode}\n${tail(stderr)}${tail(stdout)}`);
  return stdout;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function launch(argv: readonly string[], options: ProcessOptions): Promise<Running> {
  const words = [...(options.within ?? []), ...argv];
  const [program = '', ...args] = words;
  if (isFast && !alwaysThere.includes(program))
    throw new Error(`${program} cannot be run: declare it with describeNeeding`);
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  if (child.pid === undefined) {
    const [cause] = await once(child, 'error');
    throw new Error(`${program} cannot be run`, { cause });
  }
  const running = new Running(child, child.pid, words.join(' '));
  // A program that ends without reading its input is judged by its exit code.
  child.stdin?.on('error', () => {}).end(options.input);
  return running;
}

function tail(text: string): string {
  return text === '' ? '' : `${text.trimEnd().slice(-2000)}\n`;
}
