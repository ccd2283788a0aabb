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
