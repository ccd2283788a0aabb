import { arch, hostname, release, type } from 'node:os';
import { software } from '../package.js';

/** Who reports: the program, and the machine as `uname` tells of it. */
export const identity = { software, systemInfo: `${type()} ${hostname()} ${release()} ${arch()}` } as const;
