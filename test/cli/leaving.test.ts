/** How the program ends: once what it wrote is taken, at once when it is told to, and without waiting for goodbyes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { freePort, listening } from '../support/ports.js';
import { pause, type Running, run } from '../support/processes.js';
import { runWperf, startWperfServer, wperf } from '../support/wperf.js';

/** Starts a program whose stdout is a pipe that nobody reads until the test does. */
function unread(argv: readonly string[]): { child: ChildProcess; stdout: Readable; exited: Promise<number | null> } {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (!child.stdout) throw new Error('no stdout');
  return { child, stdout: child.stdout, exited: once(child, 'exit').then(([code]) => code) };
}
