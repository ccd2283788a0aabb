import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { proofOf, sameProof } from '../../src/protocol/proof.js';

const context = { clientNonce: '0a'.repeat(16), serverNonce: '0b'.repeat(16), session: '0c'.repeat(16), stream: 3 };

it('is the HMAC-SHA-256 of the documented transcript', () => {
  const transcript = ['wperf.v1', 'client', context.clientNonce, context.serverNonce, context.session, '3'].join('\n');
  const expected = createHmac('sha256', 'sesame').update(transcript).digest('hex');
  expect(proofOf('client', 'sesame', context)).toBe(expected);
});

it('differs by role, token, nonce, session and stream', () => {
  const proofs = new Set([
    proofOf('client', 'sesame', context),
    proofOf('server', 'sesame', context),
    proofOf('client', 'Sesame', context),
    proofOf('client', 'sesame', { ...context, serverNonce: '0d'.repeat(16) }),
    proofOf('client', 'sesame', { ...context, clientNonce: '0d'.repeat(16) }),
    proofOf('client', 'sesame', { ...context, session: '0d'.repeat(16) }),
    proofOf('client', 'sesame', { ...context, stream: 4 }),
  ]);
  expect(proofs.size).toBe(7);
});

it('compares whole texts', () => {
  expect(sameProof('abcd', 'abcd')).toBe(true);
  expect(sameProof('abcd', 'abce')).toBe(false);
  expect(sameProof('abcd', 'abc')).toBe(false);
  expect(sameProof('', 'abcd')).toBe(false);
});
