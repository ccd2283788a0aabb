/** What a machine has: programs, privileges, address families. Each check says what is missing and how to get it. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { openLibc } from '../../src/host/linux/sockets.js';

/** Why a wish is not met, or null where it is. */
export type Need = () => string | null;

/** The reasons of the unmet needs, each once. */
export function unmet(needs: readonly Need[]): string[] {
  const reasons = needs.map((need) => need()).filter((reason) => reason !== null);
  return [...new Set(reasons)];
}

/** An executable on PATH; `debianPackage` is named in the reason. */
export function program(name: string, debianPackage = name): Need {
  return () => (pathOf(name) !== undefined ? null : `${name} (Debian package ${debianPackage})`);
}

/** A module of Debian's own Python. */
export function pythonModule(name: string, debianPackage: string): Need {
  return () => {
    const { status } = spawnSync('/usr/bin/python3', ['-c', `import ${name}`], { stdio: 'ignore' });
    return status === 0 ? null : `Python's ${name} (Debian package ${debianPackage})`;
  };
}

/** The modules that a Go program in this folder asks for, here or to be had. */
export function goModule(folder: string): Need {
  return () => {
    const { status } = spawnSync('go', ['list', '-deps', '.'], { cwd: folder, stdio: 'ignore', timeout: 60_000 });
    return status === 0 ? null : `the Go modules of ${folder}`;
  };
}

export const root: Need = () => (process.getuid?.() === 0 ? null : 'root');

/** The kernel's own calls: Linux with the optional package koffi. */
export const systemCalls: Need = () => {
  try {
    openLibc();
    return null;
  } catch (error) {
    return `system calls (${error instanceof Error ? error.message : error})`;
  }
};

/** Address families that work on loopback; a container may lack IPv6. */
export const ipv6: Need = () => {
  const { status } = spawnSync(process.execPath, [
    '-e',
    "require('net').createServer().listen(0, '::1', process.exit)",
  ]);
  return status === 0 ? null : 'IPv6 on loopback';
};

const namespaceTools: readonly Need[] = [
  root,
  program('ip', 'iproute2'),
  program('tc', 'iproute2'),
  program('nft', 'nftables'),
  program('python3'),
];

/** The privilege and the tools to make network namespaces, tried by making one. */
export const networkNamespaces: Need = () => {
  const missing = unmet(namespaceTools);
  if (missing.length > 0) return missing.join(', ');
  const { status } = spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' });
  return status === 0 ? null : 'the privilege to make network namespaces';
};

/** Where the program lies that the name calls. */
export function pathOf(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
