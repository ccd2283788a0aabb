/**
 * Builds the page into dist/page: three bundles, a style and the page itself, each under a name that changes with its
 * content and compressed once. `manifest.json` says what there is.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = import.meta.dirname;
const root = join(here, '..');
const folder = join(root, 'dist', 'page');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const manifest = { page: undefined, assets: {} };

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const worker = emit('worker', 'js', await bundle('worker/main.ts', {}));
const report = emit('report', 'js', await bundle('report/main.ts', {}));
const names = { WPERF_WORKER: JSON.stringify(worker), WPERF_REPORT: JSON.stringify(report) };
const page = emit('page', 'js', await bundle('page/main.ts', names));
const style = emit('page', 'css', await bundle('page/page.css', {}));
const html = readFileSync(join(here, 'page', 'page.html'), 'utf8')
  .replace('{style}', style)
  .replace('{script}', page)
  .replace('{version}', version)
  .replace(/\n\s*/g, '\n');
manifest.page = write('index.html', Buffer.from(html), 'text/html; charset=utf-8');
writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest, null, 2));

async function bundle(file, define) {
  const { outputFiles } = await build({
    entryPoints: [join(here, file)],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: ['chrome91', 'firefox114', 'safari15'],
    legalComments: 'eof',
    define: { WPERF_VERSION: JSON.stringify(version), ...define },
  });
  return Buffer.from(outputFiles[0].contents);
}

/** The name below `assets`. */
function emit(name, ending, content) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  const full = `${name}-${hash}.${ending}`;
  const type = ending === 'css' ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8';
  manifest.assets[full] = write(full, content, type);
  return full;
}

function write(name, content, type) {
  const bodies = { identity: content, gzip: gzipSync(content, { level: 9 }) };
  const endings = { identity: '', gzip: '.gz' };
  const encodings = {};
  for (const [encoding, body] of Object.entries(bodies)) {
    encodings[encoding] = `${name}${endings[encoding]}`;
    writeFileSync(join(folder, encodings[encoding]), body);
  }
  return { type, encodings };
}
