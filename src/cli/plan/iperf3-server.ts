/** How a server is to serve clients of iperf3. */
import { resolve } from 'node:path';
import { readUsers } from '../../dialects/iperf3/served/users.js';
import { readPrivateKey } from '../../dialects/iperf3/wire/auth.js';
import { givenAny } from '../../given.js';
import type { Iperf3Service } from '../../plan/plan.js';
import type { FlagValues } from '../flags/table.js';
import { usageError } from '../flags/usage.js';
import { readNamed, readPem } from './files.js';
import type { Surroundings } from './surroundings.js';

/** Undefined where nothing is said of them. Throws WperfError 'usage' or 'file-failure'. */
export function iperf3Of(values: FlagValues, outside: Surroundings, hasToken: boolean): Iperf3Service | undefined {
  if (values['iperf3-open'] && !hasToken) {
    throw usageError('--iperf3-open means something beside a token only', 'leave it away: nobody needs one here');
  }
  return givenAny({
    refused: values['no-iperf3'],
    port: values['iperf3-port'],
    oneAtATime: values['iperf3-one-at-a-time'],
    open: values['iperf3-open'],
    login: loginOf(values, outside),
  });
}

function loginOf(values: FlagValues, outside: Surroundings): Iperf3Service['login'] {
  const { 'iperf3-users': usersPath, 'iperf3-private-key': keyPath } = values;
  if (usersPath === undefined || keyPath === undefined) return undefined;
  const users = readNamed('--iperf3-users', usersPath, outside);
  readUsers(users, usersPath);
  const privateKey = readPem('--iperf3-private-key', keyPath, 'PRIVATE KEY', outside);
  readPrivateKey(privateKey);
  return { privateKey, users, usersFile: resolve(usersPath) };
}
