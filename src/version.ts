import { createRequire } from 'node:module';

/** The package's version, e.g. `1.0.0`. */
export const version = (createRequire(import.meta.url)('../package.json') as { version: string }).version;

/** How this end names itself to people and to its peer. */
export const software = `wperf ${version}`;
