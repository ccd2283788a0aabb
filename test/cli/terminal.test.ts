/** What is left on a terminal, a real one: a pseudo-terminal that Python's standard library opens. */
import { expect, onTestFinished, test } from 'vitest';
import { describeNeeding, program } from '../support/needs.js';
import { run } from '../support/processes.js';
import { startWperfServer, wperf } from '../support/wperf.js';

/** Runs argv[2:] until its live line shows, holds the server argv[1] up, presses Ctrl-C twice, and prints it all. */
const pressTwice = `
import os, pty, signal, sys, time
server = int(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
def read():
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b''
seen = b''
while b'\\xe2\\x96\\x88' not in seen:
    seen += read()
os.kill(server, signal.SIGSTOP)
for _ in range(2):
    os.write(terminal, b'\\x03')
    time.sleep(0.1)
while chunk := read():
    seen += chunk
os.kill(server, signal.SIGCONT)
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** Runs argv[2:] on a terminal of argv[1] columns to its end, and prints all that it showed. */
const watch = `
import fcntl, os, pty, struct, sys, termios
columns = int(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
def read():
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b''
while chunk := read():
    sys.stdout.buffer.write(chunk)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** What 40 columns showed: each line that was written over, and what stands in the end. */
async function watched(flags: readonly string[], env: Record<string, string | undefined> = {}) {
  const client = wperf('--loopback', '-t', '1.2', '-i', '0', '-b', '50M', ...flags);
  const { exitCode, stdout } = await run(['python3', '-c', watch, '40', ...client], {
    env: { COLUMNS: undefined, NO_COLOR: undefined, TERM: 'xterm', ...env },
  });
  expect(exitCode).toBe(0);
  const [first = '', ...live] = stdout.replaceAll('\r\n', '\n').split('\r\u001b[K');
  return { live, all: stdout, rest: first + (live.at(-1) ?? '') };
}

const spark = /[\u2581-\u2588]/;

describeNeeding('a terminal of 40 columns', [program('python3')], () => {
  test('shows a sparkline and the loaded latency, and a summary in the end', async () => {
    const { live, rest } = await watched([]);
    const lines = live.slice(0, -1);
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect([...line].length).toBeLessThan(40);
    expect(lines.at(-1)).toMatch(/^\d\.\d\/1\.2 s \u2191 +[\u2581-\u2588]+ [\d.]+ Mbits\/sec [\d.]+ ms$/);
    expect(rest).toMatch(/\n\u2191 [\u2581-\u2588]+ [\d.]+ Mbits\/sec\nlatency [\d.]+ ms \u2192 [\d.]+ ms \S+\n$/);
  });

  test.each([
    ['NO_COLOR', [], { NO_COLOR: '1' }],
    ['--no-color', ['--no-color'], {}],
  ])('shows the plain line alone with %s', async (_name, flags, env) => {
    const { live, all } = await watched(flags, env);
    expect(live.length).toBeGreaterThan(2);
    expect(all).not.toMatch(/[\u2581-\u2587]|\u2192/);
    expect(all).not.toContain('\u001b[3');
  });

  test.each([
    ['TERM=dumb', [], { TERM: 'dumb' }],
    ['-J', ['-J'], {}],
    ['--json-stream', ['--json-stream'], {}],
    ['--csv', ['--csv'], {}],
  ])('shows nothing of it with %s', async (_name, flags, env) => {
    const { all } = await watched(flags, env);
    expect(all).not.toContain('\u001b');
    expect(all).not.toMatch(spark);
  });
});

describeNeeding('a terminal', [program('python3')], () => {
  test('keeps no live line when Ctrl-C is pressed twice', async () => {
    const server = await startWperfServer(onTestFinished);
    const client = wperf('-c', `127.0.0.1:${server.port}`, '-t', '10', '-b', '10M');
    const pressed = ['python3', '-c', pressTwice, String(server.process.pid), ...client];
    const { exitCode, stdout } = await run(pressed, { env: { COLUMNS: undefined } });
    expect(exitCode).toBe(130);
    expect(stdout).toContain('\u2588');
    expect(stdout.replaceAll('\r\u001b[K', '\n').split('\n').at(-1)).toBe('');
  });
});
