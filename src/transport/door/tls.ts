/** TLS at the one port: its opening, and the stream over it. */
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { WperfError } from '../../errors.js';
import type { ServerPlan } from '../../plan/plan.js';
import type { Arrival, Claim } from './arrival.js';

/**
 * AES-128 first: as safe against any known attack as AES-256 and a third cheaper, which matters where the processor is
 * slower than the network. The rest are OpenSSL's own choices for TLS 1.2 and 1.3.
 */
const CIPHERS =
  'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:' +
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:' +
  'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305';

/** A record of type handshake (RFC 8446, section 5.1). */
export function claimsTls(first: Uint8Array): Claim {
  return first[0] === 0x16 ? 'yes' : 'no';
}

/** The same connection with TLS over it; the handshake is still to come. */
export function overTls(arrival: Arrival, secureContext: SecureContext): Arrival {
  const { tcp } = arrival;
  const tls = new TLSSocket(tcp, { isServer: true, secureContext });
  tls.on('error', () => tcp.destroy());
  tls.on('_tlsError', () => tcp.destroy());
  tcp.on('close', () => tls.destroy());
  return { ...arrival, socket: tls };
}

/** Throws WperfError `file-failure` for a certificate or key that cannot be used. */
export function secureContextOf({ cert, key }: NonNullable<ServerPlan['tls']>): SecureContext {
  try {
    return createSecureContext({ cert, key, ciphers: CIPHERS, honorCipherOrder: true });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const hint = '--tls-cert and --tls-key take PEM files that belong together';
    throw new WperfError('file-failure', `the certificate or key cannot be used: ${text}`, { hint, cause: error });
  }
}
