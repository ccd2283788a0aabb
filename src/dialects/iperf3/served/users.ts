/** Who may log in, as a file says at the time: it is read anew where it has changed, as iperf3 reads its own at each login. */
import { readFile, stat } from 'node:fs/promises';
import { limits } from '../../../defaults/index.js';
import { toWperfError, WperfError } from '../../../errors.js';
import type { Iperf3Service } from '../../../plan/plan.js';
import { parseUsers } from '../wire/auth.js';

type Login = NonNullable<Iperf3Service['login']>;

export class Users {
  readonly #path: string | undefined;
  #users: ReadonlyMap<string, string>;
  /** The file as it was read. */
  #version: string | undefined;

  /** Throws a WperfError where nobody could log in. */
  constructor({ users, usersFile }: Pick<Login, 'users' | 'usersFile'>) {
    this.#users = readUsers(users, usersFile);
    this.#path = usersFile;
  }

  /** By name, the digest of the password. Rejects with a WperfError for a file that is missing or names nobody. */
  async current(): Promise<ReadonlyMap<string, string>> {
    const path = this.#path;
    if (path === undefined) return this.#users;
    try {
      const found = await stat(path);
      const version = `${found.ino} ${found.size} ${found.mtimeMs}`;
      // A pipe is read once.
      if (!found.isFile() || version === this.#version) return this.#users;
      if (found.size > limits.fileBytes) throw new Error(`it has more than ${limits.fileBytes} bytes`);
      this.#users = readUsers(await readFile(path, 'utf8'), path);
      this.#version = version;
      return this.#users;
    } catch (thrown) {
      this.#version = undefined;
      if (thrown instanceof WperfError) throw thrown;
      const { message } = toWperfError(thrown);
      throw unusable(
        `--iperf3-users '${path}' cannot be read: ${message}`,
        'put it back: it is read at the next login',
      );
    }
  }
}

/** By name, the digest of the password; `path` is for the error. Throws a WperfError where nobody is named. */
export function readUsers(text: string, path: string | undefined): ReadonlyMap<string, string> {
  const users = parseUsers(text);
  if (users.size > 0) return users;
  const name = path === undefined ? 'the list of users' : `--iperf3-users '${path}'`;
  throw unusable(`${name} names no user`, 'put a line for each there: name,SHA-256 of {name}password');
}

function unusable(text: string, hint: string): WperfError {
  return new WperfError('file-failure', text, { operation: 'read', hint });
}
