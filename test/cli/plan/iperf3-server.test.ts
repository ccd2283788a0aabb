/** How a server is told to serve clients of iperf3. */
import { generateKeyPairSync } from 'node:crypto';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../../src/cli/plan/command.js';
import { startServer } from '../../../src/library.js';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const files: Readonly<Record<string, string>> = {
  key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  ec: ec.export({ type: 'pkcs8', format: 'pem' }).toString(),
  users: `mario,${'0'.repeat(64)}\n`,
  nobody: '# name,digest\nmario\n',
};

function planOf(words: string) {
  const readFile = (path: string) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
    return text;
  };
  const command = parseCommand(['-s', ...words.split(' ')], { env: {}, readFile, proxyFor: () => undefined });
  if (command.command !== 'server') throw new Error(command.command);
  return command.plan.iperf3;
}

describe('a server for clients of iperf3', () => {
  it.each([
    ['-1', undefined],
    ['--iperf3-port 5201', { port: 5201 }],
    ['--iperf3-one-at-a-time', { oneAtATime: true }],
    ['--no-iperf3', { refused: true }],
    ['--token x --iperf3-open', { open: true }],
    [
      '--iperf3-users users --iperf3-private-key key',
      { login: { privateKey: files.key, users: files.users, usersFile: resolve('users') } },
    ],
  ])('%s', (words, expected) => expect(planOf(words)).toEqual(expected));

  it.each([
    ['--iperf3-port 0', "--iperf3-port '0' is out of range"],
    ['--iperf3-port x', "--iperf3-port 'x' is not a whole number"],
    ['--iperf3-users users', '--iperf3-users needs --iperf3-private-key'],
    ['--iperf3-private-key key', '--iperf3-private-key needs --iperf3-users'],
    ['--iperf3-port 5201 --no-iperf3', '--iperf3-port and --no-iperf3 exclude each other'],
    ['--iperf3-open', '--iperf3-open means something beside a token only'],
    ['--iperf3-users none --iperf3-private-key key', "--iperf3-users 'none' cannot be read: no such file"],
    ['--iperf3-users nobody --iperf3-private-key key', "--iperf3-users 'nobody' names no user"],
    ['--iperf3-users users --iperf3-private-key users', "--iperf3-private-key 'users' holds no private key"],
    ['--iperf3-users users --iperf3-private-key ec', 'the private key is not one of RSA'],
  ])('%s is refused in one line', (words, text) => expect(() => planOf(words)).toThrow(text));

  it('is checked for programs too', async () => {
    await expect(startServer({ port: 0, iperf3: { port: 70_000 } })).rejects.toThrow('iperf3.port 70000 is not');
    const login = { privateKey: files.ec ?? '', users: '' };
    await expect(startServer({ port: 0, host: '127.0.0.1', iperf3: { login } })).rejects.toThrow('not one of RSA');
  });
});
