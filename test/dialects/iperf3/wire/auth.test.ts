/** iperf3's login. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  checkLogin,
  makeToken,
  parseUsers,
  passwordDigest,
  readPrivateKey,
  readPublicKey,
  readToken,
} from '../../../../src/dialects/iperf3/wire/auth.js';

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = {
  public: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  private: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
};
const publicKey = readPublicKey(pem.public);
const key = readPrivateKey(pem.private);
const users = new Map([['mario', passwordDigest('mario', 'rossi')]]);
const login = { username: 'mario', password: 'rossi', unixSeconds: 1000 };

describe('a login', () => {
  it.each(['oaep', 'pkcs1'] as const)('padded with %s is read by the private key', (padding) => {
    const token = makeToken(login, publicKey, padding);
    expect(token).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(readToken(token, key)).toEqual(login);
    expect(checkLogin(token, { key, users, nowSeconds: 1009 })).toBe('mario');
  });

  it.each([
    ['a wrong password', { ...login, password: 'x' }],
    ['an unknown name', { ...login, username: 'x' }],
    ['an old time', { ...login, unixSeconds: 900 }],
    ['a time to come', { ...login, unixSeconds: 1011 }],
  ])('with %s is refused', (_what, wrong) => {
    expect(checkLogin(makeToken(wrong, publicKey, 'oaep'), { key, users, nowSeconds: 1000 })).toBeUndefined();
  });

  it('may be skewed by as much as is allowed', () => {
    for (const unixSeconds of [990, 1010]) {
      const token = makeToken({ ...login, unixSeconds }, publicKey, 'oaep');
      expect(checkLogin(token, { key, users, nowSeconds: 1000 })).toBe('mario');
    }
  });

  it('of any bytes is refused, and nothing else', () => {
    for (const bytes of [0, 1, 255, 256, 257, 3000]) {
      expect(readToken(randomBytes(bytes).toString('base64'), key)).toBeUndefined();
    }
    expect(readToken('%%%', key)).toBeUndefined();
    expect(readToken('A'.repeat(1e6), key)).toBeUndefined();
  });

  it.each([
    ['white space', { ...login, password: 'a b' }, /no white space/],
    ['no name', { ...login, username: '' }, /not empty/],
    ['more than the key takes', { ...login, password: 'x'.repeat(300) }, /longer than the public key takes/],
  ])('of %s cannot be told', (_what, wrong, text) => {
    expect(() => makeToken(wrong, publicKey, 'oaep')).toThrow(text);
  });
});

describe('keys', () => {
  it('that are none, or not of RSA, are told', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const text = other.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(() => readPublicKey(text)).toThrow('the public key is not one of RSA');
    expect(() => readPublicKey('x')).toThrow('the public key cannot be read');
    expect(() => readPrivateKey(pem.public)).toThrow('the private key cannot be read');
  });
});

describe('the file of users', () => {
  it('passes over what iperf3 passes over', () => {
    const digest = users.get('mario') ?? '';
    const text = `# mario,${digest}\nmario,${digest}\r\nluigi\n${'x'.repeat(1100)},${digest}\npeach,${digest.toUpperCase()}\nbad,12\nmario,${'0'.repeat(64)}\n`;
    expect([...parseUsers(text)]).toEqual([
      ['mario', digest],
      ['peach', digest],
    ]);
  });

  it('knows the digest of the manual', () => {
    expect(passwordDigest('mario', 'rossi')).toBe('bf7a49a846d44b454a5d11e7acfaf13d138bbe0b7483aa3e050879700572709b');
  });
});
