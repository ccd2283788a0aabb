/**
 * iperf3's login: name, password and time of day, encrypted with the server's public key. OAEP pads from 3.17 on, PKCS#1
 * before; nothing tells which, so a refusal is worth another try.
 */

import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  timingSafeEqual,
} from 'node:crypto';
import { WperfError } from '../../../errors.js';
import { attempt } from '../../../given.js';

export type Padding = 'oaep' | 'pkcs1';

const authBounds = {
  /** Base64 of what a key of 16,384 bits makes. */
  tokenCharacters: 2732,
  /** Of a line in a file of users, as iperf3 reads it. */
  lineCharacters: 1024,
  skewSeconds: 10,
} as const;

export interface Login {
  readonly username: string;
  readonly password: string;
  /** Of the client's wall clock, since 1970. */
  readonly unixSeconds: number;
}

/** PEM text. Throws a WperfError for what is no RSA public key. */
export function readPublicKey(pem: string): KeyObject {
  return rsaKey(() => createPublicKey(pem), 'public');
}

/** PEM text. Throws a WperfError for what is no RSA private key, an encrypted one among them. */
export function readPrivateKey(pem: string): KeyObject {
  return rsaKey(() => createPrivateKey(pem), 'private');
}

/** Throws a WperfError for a login that cannot be told: one with white space, or longer than the key takes. */
export function makeToken({ username, password, unixSeconds }: Login, key: KeyObject, padding: Padding): string {
  if (/\s/.test(username) || /\s/.test(password) || username === '') {
    throw unusable('a name and password of iperf3 hold no white space, and the name is not empty');
  }
  const plain = Buffer.from(`user: ${username}\npwd:  ${password}\nts:   ${Math.floor(unixSeconds)}`);
  try {
    return publicEncrypt({ key, padding: paddings[padding] }, plain).toString('base64');
  } catch (cause) {
    throw unusable('name and password are longer than the public key takes', cause);
  }
}

/** Undefined for what is no login under this key, whichever padding it has. */
export function readToken(token: string, key: KeyObject): Login | undefined {
  if (token.length > authBounds.tokenCharacters) return undefined;
  const bytes = Buffer.from(token, 'base64');
  for (const decrypt of [decryptOaep, decryptPkcs1]) {
    const login = parseLogin(decrypt(bytes, key));
    if (login) return login;
  }
  return undefined;
}

export interface LoginRules {
  readonly key: KeyObject;
  /** By name, the digest of the password. */
  readonly users: ReadonlyMap<string, string>;
  readonly nowSeconds: number;
}

/** The name of the user, or undefined: nothing tells which of name, password and time was wrong. */
export function checkLogin(token: string, rules: LoginRules): string | undefined {
  const { key, users, nowSeconds } = rules;
  const login = readToken(token, key);
  if (!login) return undefined;
  const { username, password, unixSeconds } = login;
  const shown = Buffer.from(passwordDigest(username, password), 'latin1');
  const kept = Buffer.from(users.get(username) ?? ''.padEnd(shown.length, '-'), 'latin1');
  const isRight = shown.length === kept.length && timingSafeEqual(shown, kept);
  return isRight && Math.abs(nowSeconds - unixSeconds) <= authBounds.skewSeconds ? username : undefined;
}

/** 64 lower-case hexadecimal digits; the braces are part of what is hashed. */
export function passwordDigest(username: string, password: string): string {
  return createHash('sha256').update(`{${username}}${password}`).digest('hex');
}

/** Lines of `name,digest`. What begins with `#`, has no comma or is too long is passed over, as iperf3 does. */
export function parseUsers(text: string): Map<string, string> {
  const users = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, digest] = /^([^#,][^,]*),\s*([0-9a-fA-F]{64})\s*$/.exec(line) ?? [];
    if (line.length >= authBounds.lineCharacters || name === undefined || digest === undefined) continue;
    // The first of a name holds.
    if (!users.has(name)) users.set(name, digest.toLowerCase());
  }
  return users;
}

const paddings = { oaep: constants.RSA_PKCS1_OAEP_PADDING, pkcs1: constants.RSA_PKCS1_PADDING } as const;

function rsaKey(read: () => KeyObject, kind: 'public' | 'private'): KeyObject {
  const hint = `name a PEM file with an RSA ${kind} key${kind === 'private' ? ' that is not encrypted' : ''}`;
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw new WperfError('file-failure', `the ${kind} key cannot be read`, { operation: 'read', hint, cause });
  }
  if (key.asymmetricKeyType === 'rsa') return key;
  throw new WperfError('file-failure', `the ${kind} key is not one of RSA`, { operation: 'read', hint });
}

function decryptOaep(bytes: Buffer, key: KeyObject): Buffer | undefined {
  return attempt(() => privateDecrypt({ key, padding: paddings.oaep }, bytes));
}

/** By hand (RFC 8017, section 7.2.2): Node refuses this padding where its OpenSSL is an older one. */
function decryptPkcs1(bytes: Buffer, key: KeyObject): Buffer | undefined {
  const block = attempt(() => privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, bytes));
  if (block === undefined) return undefined;
  const end = block.indexOf(0, 2);
  return block[0] === 0 && block[1] === 2 && end >= 10 ? block.subarray(end + 1) : undefined;
}

function parseLogin(plain: Buffer | undefined): Login | undefined {
  const found = /^user:\s*(\S+)\s+pwd:\s*(\S+)\s+ts:\s*(-?\d{1,15})/.exec(plain?.toString('utf8') ?? '');
  const [, username, password, ts] = found ?? [];
  if (username === undefined || password === undefined) return undefined;
  return { username, password, unixSeconds: Number(ts) };
}

function unusable(text: string, cause?: unknown): WperfError {
  return new WperfError('usage', text, { operation: 'handshake', cause });
}
