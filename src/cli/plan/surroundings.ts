import { readFileSync } from 'node:fs';
import type { Target } from '../../plan/plan.js';
import { proxyFromEnvironment } from './proxy.js';

/** All that a plan depends on besides argv, handed in so that planning is a pure function. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Text of a file, or throws as `readFileSync` does. */
  readFile(path: string): string;
  /** The proxy that the environment names for a target. */
  proxyFor(target: Target): string | undefined;
}

/** Those of this process. */
export const processSurroundings: Surroundings = {
  env: process.env,
  readFile: (path) => readFileSync(path, 'utf8'),
  proxyFor: proxyFromEnvironment,
};
