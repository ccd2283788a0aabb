/**
 * The program as few files, cut by when they are needed, so that starting costs a fraction of what some two hundred
 * modules would.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'rolldown';

const source = (path) => join(import.meta.dirname, 'src', path);
const entry = source('cli/main.ts');

/** Each chunk with the modules that it is for: it holds what they import before they run and no chunk above holds. */
const chunks = Object.entries({
  main: ['cli/main.ts'],
  // What `--version` and `--help` print.
  words: ['cli/flags/help/help.ts', 'cli/run/output/version-text.ts'],
  // What stands between Enter and the first connection.
  start: [
    'cli/plan/command.ts',
    'cli/plan/surroundings.ts',
    'cli/run/command/client.ts',
    'report/text/load/load.ts',
    'transport/connect/through.ts',
  ],
  // Loaded while that connection is being made.
  test: ['modes/load/client.ts', 'dialects/choose.ts'],
}).map(([name, paths]) => ({ name, roots: paths.map(source) }));

/** What the program is made with in whatever form. */
export const settings = {
  platform: 'node',
  external: ['koffi', 'raw-socket'],
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  // Addons of ws that nobody installs for wperf, and that are looked for in vain at each start.
  transform: { define: { 'process.env.WS_NO_BUFFER_UTIL': '"1"', 'process.env.WS_NO_UTF_8_VALIDATE': '"1"' } },
  checks: { ineffectiveDynamicImport: false },
};

export default defineConfig({
  ...settings,
  input: entry,
  preserveEntrySignatures: 'allow-extension',
  output: {
    dir: 'dist/program',
    cleanDir: true,
    minify: true,
    codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: chunkOf, debugName: 'by need' }] },
  },
  plugins: [{ name: 'licences', generateBundle: emitLicences }],
});

/** What only other commands load is left to the bundler. */
function chunkOf(id, graph) {
  return chunks.find(({ roots }) => reach(graph, roots).has(id))?.name;
}

/** The modules themselves and all that they import before they run. */
function reach(graph, ids, seen = new Set()) {
  for (const id of ids.filter((each) => !seen.has(each))) {
    seen.add(id);
    reach(graph, graph.getModuleInfo(id)?.importedIds ?? [], seen);
  }
  return seen;
}

/** Packages inside ask to be named with their licence. */
function emitLicences(_options, bundle) {
  const modules = Object.values(bundle).flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
  this.emitFile({ type: 'asset', fileName: 'LICENCES.txt', source: licencesOf(modules) });
}

/** Those of the packages that these modules are of, and of further packages by their folders. */
export function licencesOf(modules, further = []) {
  const folders = modules.map((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0]).filter(Boolean);
  return [...new Set([...folders, ...further])].sort().map(licenceOf).join('\n');
}

function licenceOf(folder) {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (file === undefined) throw new Error(`${name} comes without a licence`);
  return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8')}`;
}
