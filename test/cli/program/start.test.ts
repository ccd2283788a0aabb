/** What short commands load: starting is most of what they do, and it takes as long as there is to compile. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { repositoryFile, temporaryFolder } from '../../support/folders.js';
import { runWperf } from '../../support/wperf.js';

interface Coverage {
  readonly result: readonly { readonly url: string }[];
}

/** On a busy machine a refusal may come only after the loading of what it would have spared. */
const onceQuiet = { retry: 3 };

describe('a start', () => {
  test.each([
    { args: ['--version'], chunks: ['main', 'words'], kilobytes: 60 },
    { args: ['--help'], chunks: ['main', 'words'], kilobytes: 60 },
    { args: ['-c', '127.0.0.1:1'], chunks: ['main', 'start', 'words'], kilobytes: 175 },
    { args: ['-c', '127.0.0.1:1', '--iperf3'], chunks: ['main', 'start', 'words'], kilobytes: 175 },
    ...['--reverse-traceroute', '--both-traceroutes'].map((mode) => ({
      args: ['-c', '127.0.0.1:1', mode],
      chunks: ['main', 'reported-route', 'route-back', 'start', 'words'],
      kilobytes: 185,
    })),
    ...['http', 'https', 'socks5', 'socks5h'].map((kind) => ({
      args: ['-c', 'server.example', '--proxy', `${kind}://127.0.0.1:1`],
      chunks: ['main', 'start', 'words'],
      kilobytes: 175,
    })),
  ])('of $args loads what it needs, and no more', onceQuiet, async ({ args, chunks, kilobytes }) => {
    const loaded = await chunksLoadedBy(args);
    expect(loaded.map(({ name }) => name)).toEqual(chunks);
    expect(loaded.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(kilobytes * 1000);
  });
});

/** By name, but for the few lines that the bundler needs for itself. */
async function chunksLoadedBy(args: readonly string[]) {
  const folder = await temporaryFolder(onTestFinished);
  await runWperf(args, { env: { NODE_V8_COVERAGE: folder } });
  const [file = ''] = await readdir(folder);
  const { result }: Coverage = JSON.parse(await readFile(join(folder, file), 'utf8'));
  const program = repositoryFile('dist', 'program');
  const files = result
    .map(({ url }) => (url.startsWith('file:') ? fileURLToPath(url) : ''))
    .filter((path) => path.startsWith(program));
  const chunks = files.map(async (path) => ({
    name: basename(path).replace(/(-.{8})?\.js$/, ''),
    bytes: (await stat(path)).size,
  }));
  return (await Promise.all(chunks))
    .filter(({ name }) => name !== 'rolldown-runtime')
    .sort((a, b) => a.name.localeCompare(b.name));
}
