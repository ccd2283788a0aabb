/**
 * Knowledge of the token, proved both ways without sending it: HMAC-SHA-256 (RFC 2104) under the token over a label
 * for the prover's role, both nonces, and the stream's place in its session. The nonces make every proof good once.
 */
import { hmac } from '@noble/hashes/hmac';
import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import { SUBPROTOCOL } from './version.js';

export interface ProofContext {
  readonly clientNonce: string;
  readonly serverNonce: string;
  readonly session: string;
  readonly stream: number;
}

/** 64 hexadecimal digits. */
export function proofOf(role: 'client' | 'server', token: string, context: ProofContext): string {
  const { clientNonce, serverNonce, session, stream } = context;
  const transcript = [SUBPROTOCOL, role, clientNonce, serverNonce, session, String(stream)].join('\n');
  return bytesToHex(hmac(sha256, utf8ToBytes(token), utf8ToBytes(transcript)));
}

/** Compares in time that does not depend on where the texts differ. */
export function sameProof(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
