/** What several measurements use and one makes: kept for the whole run, removed after it. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Certificates, makeCertificates } from '../test/support/certificates.js';
import { repositoryFile, temporaryFolder } from '../test/support/folders.js';
import { output } from '../test/support/processes.js';
import type { Later } from '../test/support/undo.js';
import { type Condition, conditionOf } from './congestion.js';

interface BigFile {
  readonly folder: string;
  readonly name: string;
  readonly bytes: number;
}

export interface Shared {
  certificates(): Promise<Certificates>;
  /** A file of random bytes, large enough for a transfer's beginning not to count, small enough to stay in memory. */
  bigFile(): Promise<BigFile>;
  under(control: string | undefined): Promise<Condition>;
  /** The path of the compiled C program. */
  plainC(): Promise<string>;
}

const bigFileBytes = 256 * 1024 * 1024;

export function makeShared(later: Later): Shared {
  const conditions = new Map<string | undefined, Promise<Condition>>();
  return {
    under(control) {
      const known = conditions.get(control) ?? conditionOf(control, later);
      conditions.set(control, known);
      return known;
    },
    certificates: once(() => makeCertificates(later)),
    bigFile: once(async () => {
      const folder = await temporaryFolder(later);
      await writeFile(join(folder, 'big'), randomBytes(bigFileBytes));
      return { folder, name: 'big', bytes: bigFileBytes };
    }),
    plainC: once(async () => {
      const program = join(await temporaryFolder(later), 'plain');
      await output(['gcc', '-O2', '-o', program, repositoryFile('bench', 'programs', 'plain.c')]);
      return program;
    }),
  };
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
