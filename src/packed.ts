/** What `package.ts` gives, from inside one executable: `npm run package` puts this file in its place. */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as unpacked from './package.js';

/** Of Node 20.12 and later, which the types of Node 20 do not all know. */
interface Sea {
  getRawAsset(name: string): ArrayBuffer;
}

const inside = createRequire(process.execPath)('node:sea') as Sea;
const addons = new Map<string, unknown>();

export const packageFile: typeof unpacked.packageFile = (path) => path;

export const packagePart: typeof unpacked.packagePart = (path) => {
  try {
    return asset(path);
  } catch {
    return undefined;
  }
};

/** Not copied: the memory is the executable's own, and a write to it ends the process. */
export const readPackageFile: typeof unpacked.readPackageFile = async (file) => asset(file);

export const packageFileStamp: typeof unpacked.packageFileStamp = async () => 'inside';

/** koffi's addon does alone what wperf asks of koffi. */
export const nativePackage: typeof unpacked.nativePackage = (name) => {
  if (!addons.has(name)) addons.set(name, loadAddon(`${name}.node`));
  return addons.get(name);
};

/** Inside an executable `import()` knows Node's own modules alone; `require` loads both kinds. */
export const importModule: typeof unpacked.importModule = async (url) =>
  createRequire(process.execPath)(fileURLToPath(url));

export const ownProgram: typeof unpacked.ownProgram = () => [process.execPath];

export const { version } = JSON.parse(asset('package.json').toString()) as { version: string };
export const software: typeof unpacked.software = `wperf ${version}`;

function asset(name: string): Buffer {
  return Buffer.from(inside.getRawAsset(name));
}

/** The first place whose files may be run: any may be mounted noexec, full or missing. */
function loadAddon(name: string): unknown {
  const bytes = asset(name);
  let failure: unknown;
  for (const place of [process.env.XDG_RUNTIME_DIR, tmpdir(), process.env.XDG_CACHE_HOME, '/dev/shm']) {
    if (place === undefined) continue;
    try {
      return loadFrom(place, name, bytes);
    } catch (thrown) {
      failure = thrown;
    }
  }
  throw failure;
}

/**
 * The loader wants a file: one in a new folder of this user's alone, and on Linux without a name by the time it is loaded,
 * so that nobody can exchange it and nothing stays behind. Windows keeps a loaded file.
 */
function loadFrom(place: string, name: string, bytes: Buffer): unknown {
  const folder = mkdtempSync(join(place, 'wperf-'));
  try {
    const file = join(folder, name);
    writeFileSync(file, bytes, { mode: 0o500, flag: 'wx' });
    const module = { exports: {} };
    if (process.platform === 'linux') loadNameless(module, file, folder);
    else process.dlopen(module, file);
    return module.exports;
  } finally {
    if (process.platform !== 'win32') rmSync(folder, { recursive: true, force: true });
  }
}

function loadNameless(module: object, file: string, folder: string): void {
  const descriptor = openSync(file, 'r');
  try {
    rmSync(folder, { recursive: true });
    process.dlopen(module, `/proc/self/fd/${descriptor}`);
  } finally {
    closeSync(descriptor);
  }
}
