/**
 * `npm run package`: one executable for this platform in `out/`, offline, in Node's single-executable form. ADR 10 says why
 * so. `-- --for linux-arm64` or `win-x64` makes one for another platform, without what only its own Node could add.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { licencesOf, settings } from '../rolldown.config.js';

const root = join(import.meta.dirname, '..');
const at = (...path) => join(root, ...path);
const own = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const { values } = parseArgs({ options: { for: { type: 'string', default: own } } });

/** Node's own modules are loaded with what needs them: the bundler would load them all before anything else. */
const late = '\0late:';
const lateBuiltins = {
  name: 'late builtins',
  resolveId: {
    filter: { id: /^node:/ },
    handler: (source, importer) =>
      importer?.startsWith(late) ? { id: source, external: true } : `${late}${source}.cjs`,
  },
  load: {
    filter: { id: /^\0late:/ },
    handler: (id) => ({
      code: `module.exports = require('${id.slice(late.length, -'.cjs'.length)}');`,
      moduleType: 'js',
    }),
  },
};

await make(values.for);

async function make(target) {
  const node = nodeFor(target);
  const out = at('out');
  const work = at('build', 'executable');
  rmSync(work, { recursive: true, force: true });
  for (const folder of [out, work]) mkdirSync(folder, { recursive: true });
  const modules = await bundle(join(work, 'main.cjs'));
  const blob = makeBlob(work, target, node);
  const name = `wperf${target === own ? '' : `-${target}`}${target.startsWith('win') ? '.exe' : ''}`;
  const file = join(out, name);
  await inject(node, blob, file);
  writeFileSync(join(out, 'LICENCES.txt'), licences(node, modules));
  if (target === own) execFileSync(file, ['--version'], { stdio: 'ignore' });
  const size = (statSync(file).size / 1e6).toFixed(1);
  process.stdout.write(`out/${name}: ${size} MB, Node ${node.version}${target === own ? '' : ', never run here'}\n`);
}

/** From its npm package, or the Node that runs this where there is no such package for the platform. */
function nodeFor(target) {
  const places = [at('packaging'), at('build', target)];
  const folder = places.map((place) => join(place, 'node_modules', `node-${target}`)).find((each) => existsSync(each));
  if (folder !== undefined) {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = join(folder, 'bin', target.startsWith('win') ? 'node.exe' : 'node');
    const licence = join(folder, 'LICENSE');
    // The package for Windows has none; it is the same text.
    return { file, version, licence: existsSync(licence) || target === own ? licence : nodeFor(own).licence };
  }
  const usable = target === own && Number(process.versions.node.split('.')[0]) >= 22;
  if (!usable) fail(`no Node for ${target}: ${wayToNode(target)}`);
  return { file: process.execPath, version: process.versions.node };
}

function wayToNode(target) {
  const { optionalDependencies: nodes } = JSON.parse(readFileSync(at('packaging', 'package.json'), 'utf8'));
  const name = `node-${target}`;
  if (nodes[name] === undefined) return `give --for ${Object.keys(nodes).join(', ').replaceAll('node-', '')}`;
  if (target === own) return 'run npm ci --prefix packaging';
  return `run npm install --force --prefix build/${target} ${name}@${nodes[name]}`;
}

/** The same program in one file: what runs inside an executable must be CommonJS, and `import()` there reaches no file. */
async function bundle(file) {
  const packed = { name: 'packed', resolveId: { filter: { id: /\/package\.js$/ }, handler: packedInstead } };
  const plugins = [packed, lateBuiltins];
  const build = await rolldown({ ...settings, input: at('packaging', 'entry.js'), plugins });
  const { output } = await build.write({ file, format: 'cjs', minify: true, codeSplitting: false });
  await build.close();
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
}

function packedInstead(source, importer) {
  return importer?.startsWith(at('src')) && /^\.\.?\/(\.\.\/)*package\.js$/.test(source)
    ? at('src', 'packed.ts')
    : null;
}

/** Made by a Node of the version that it goes into, whose code cache fits no other platform and no other version. */
function makeBlob(work, target, node) {
  const maker = nodeFor(own);
  if (maker.version !== node.version)
    fail(`Node ${maker.version} makes no blob for ${node.version}: ${wayToNode(own)}`);
  const blob = join(work, 'blob');
  const config = join(work, 'sea.json');
  const content = {
    main: join(work, 'main.cjs'),
    output: blob,
    disableExperimentalSEAWarning: true,
    useCodeCache: target === own,
    assets: assetsFor(target),
  };
  writeFileSync(config, JSON.stringify(content));
  execFileSync(maker.file, ['--experimental-sea-config', config], { stdio: 'pipe' });
  return readFileSync(blob);
}

/** Under the names that `src/package.ts` has for them. */
function assetsFor(target) {
  const files = ['package.json', 'geoip/data/wperf.mmdb', 'geoip/data/sources.json', ...pageFiles()];
  for (const file of files) if (!existsSync(at(file))) fail(`${file} is missing: run npm ci`);
  const assets = Object.fromEntries(files.map((file) => [file, at(file)]));
  const koffi = at('node_modules', '@koromix', `koffi-${target}`, target.replace('-', '_'), 'koffi.node');
  return target.startsWith('linux') && existsSync(koffi) ? { ...assets, 'koffi.node': koffi } : assets;
}

function pageFiles() {
  const manifest = 'dist/page/manifest.json';
  if (!existsSync(at(manifest))) fail(`${manifest} is missing: run npm run build`);
  const { page, assets } = JSON.parse(readFileSync(at(manifest), 'utf8'));
  const parts = [page, ...Object.values(assets)].flatMap(({ encodings }) => Object.values(encodings));
  return [manifest, ...parts.map((name) => `dist/page/${name}`)];
}

async function inject(node, blob, file) {
  const { default: postject } = await import('postject');
  // Written anew: a running executable cannot be written to, and its name may go to another file.
  rmSync(file, { force: true });
  copyFileSync(node.file, file);
  chmodSync(file, 0o755);
  const isMac = process.platform === 'darwin';
  if (isMac) execFileSync('codesign', ['--remove-signature', file]);
  await postject.inject(file, 'NODE_SEA_BLOB', blob, {
    sentinelFuse: 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
    ...(isMac && { machoSegmentName: 'NODE_SEA' }),
  });
  if (isMac) execFileSync('codesign', ['--sign', '-', file]);
}

function licences(node, modules) {
  const koffi = at('node_modules', 'koffi');
  const sources = JSON.parse(readFileSync(at('geoip/data/sources.json'), 'utf8'));
  return [
    `wperf\n\n${readFileSync(at('LICENSE'), 'utf8')}`,
    `Node.js ${node.version}\n\n${node.licence === undefined ? 'See its LICENSE file.' : readFileSync(node.licence, 'utf8')}`,
    licencesOf(modules, existsSync(koffi) ? [koffi] : []),
    ...sources.map(({ name, license, attribution }) => `${name} (data)\n\n${license}\n${attribution ?? ''}\n`),
  ].join('\n');
}

function fail(message) {
  process.stderr.write(`npm run package: ${message}\n`);
  process.exit(1);
}
