/** The configuration file as a user meets it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../support/folders.js';
import { runWperf } from '../../support/wperf.js';
import { expectOneLine } from './spawned.js';

async function folderWith(settings: string): Promise<string> {
  const folder = await temporaryFolder(onTestFinished);
  await mkdir(join(folder, 'wperf'));
  await writeFile(join(folder, 'wperf', 'config.json'), settings);
  return folder;
}

test('settings hold for the test, and not for the server of --loopback', async () => {
  const env = {
    XDG_CONFIG_HOME: await folderWith('{ "loopback": true, "time": 0.3, "json": true, "host": "192.0.2.1" }'),
  };
  const { exitCode, stdout } = await runWperf(['-P', '2'], { env });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ start: { test_start: { num_streams: 2, duration: 0.3 } } });
});

test('an error is printed in the format that the file asks for', async () => {
  const env = { XDG_CONFIG_HOME: await folderWith('{ "json": true }') };
  const { stdout, stderr } = await runWperf(['-s', '--host', '192.0.2.1'], { env });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({ error_code: 'listen-failure' });
});

test('a file that is too long, or no file, is refused in a line', async () => {
  const folder = await folderWith(`{${' '.repeat(65_536)}}`);
  const file = join(folder, 'wperf', 'config.json');
  const long = await runWperf(['--loopback', '--config', file]);
  expectOneLine(long.stderr, `wperf: error: --config '${file}' cannot be read: it has more than 65536 bytes`);
  const endless = await runWperf(['--loopback', '--config', '/dev/zero']);
  expectOneLine(endless.stderr, "wperf: error: --config '/dev/zero' cannot be read: it has more than 65536 bytes");
  const wrong = await runWperf(['--loopback', '--config', folder]);
  expectOneLine(wrong.stderr, `wperf: error: --config '${folder}' cannot be read: it is a directory`);
});
