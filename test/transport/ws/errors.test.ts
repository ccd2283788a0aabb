import { expect, it } from 'vitest';
import { upgradeError } from '../../../src/transport/ws/errors.js';

const alert = Object.assign(
  new Error('809C2292:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert:rec_layer.c'),
  {
    code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    reason: 'tlsv13 alert certificate required',
  },
);

it('knows that TLS 1.3 asks for a certificate of the client once its handshake is over', () => {
  const error = upgradeError(alert, { peer: 's.example:443', secure: true, proxied: false });
  expect(`${error.code} ${error.line}`).toMatch(
    /^tls-failure TLS with s.example:443 failed: tlsv13 alert certificate required: .*a certificate of the client/,
  );
});
