/** `--get-server-output`: the server's part says nothing of what has not happened. */
import { expect, test } from 'vitest';
import { runWperf, sharedWperfServer } from '../support/wperf.js';

const server = sharedWperfServer();

test.each(['', '-R', '--bidir', '-P 3', '-R -P 3', '-u', '-u -R', '-u --bidir', '-n 100K'])(
  'with "%s" the server does not miss what the client has yet to say',
  async (words) => {
    const args = ['-c', `127.0.0.1:${server.port}`, '-t', '0.5', '-b', '2M', ...words.split(' ').filter(Boolean)];
    const { stdout, stderr } = await runWperf([...args, '--get-server-output']);
    const [own, part] = stdout.split('Server output:\n');
    expect(part).toMatch(/Accepted connection from 127\.0\.0\.1/);
    expect(part).toMatch(/^CPU: server \d+ % \([^)]*\)$/m);
    expect(`${stdout}${stderr}`).not.toMatch(/missing|did not get through/);
    expect(own).toMatch(/CPU: client .*, server \d/);
  },
);
