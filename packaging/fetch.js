/**
 * Fetches what `npm run package` needs, so that it works offline afterwards. Where the network does not allow it, everything
 * else works all the same.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;

if (!existsSync(join(folder, 'node_modules', 'postject'))) {
  const npm = process.env.npm_execpath;
  const words = ['ci', '--prefix', folder, '--ignore-scripts', '--prefer-offline', '--fetch-retries', '1'];
  const { status } =
    npm === undefined
      ? spawnSync('npm', words, { stdio: 'ignore', shell: process.platform === 'win32' })
      : spawnSync(process.execPath, [npm, ...words], { stdio: 'ignore' });
  if (status !== 0) process.stderr.write('note: npm run package needs npm ci --prefix packaging first\n');
}
