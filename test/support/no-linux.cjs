/** For `node --require`: as on the system of WPERF_PLATFORM, which is not Linux, without optional packages and without /proc. */
require('./hide-koffi.cjs');
const Module = require('node:module');
const fs = require('node:fs');
const promises = require('node:fs/promises');

const platform = process.env.WPERF_PLATFORM;
Object.defineProperty(process, 'platform', { value: platform });
require('node:os').platform = () => platform;
if (platform === 'win32') for (const name of ['getuid', 'geteuid', 'getgid', 'getegid', 'umask']) delete process[name];

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = (name, ...rest) => {
  if (name === 'raw-socket') throw new Error('Cannot find package raw-socket');
  return resolveFilename(name, ...rest);
};

const isLinux = (path) => /^\/(proc|sys)(\/|$)/.test(String(path));
const absent = (path) =>
  Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });

for (const name of ['readFileSync', 'openSync', 'readlinkSync', 'readdirSync', 'statSync']) {
  const original = fs[name];
  fs[name] = (path, ...rest) => {
    if (isLinux(path)) throw absent(path);
    return original(path, ...rest);
  };
}
for (const name of ['readFile', 'open', 'readlink', 'readdir', 'stat']) {
  const original = promises[name];
  promises[name] = async (path, ...rest) => {
    if (isLinux(path)) throw absent(path);
    return original(path, ...rest);
  };
}
Module.syncBuiltinESMExports();
