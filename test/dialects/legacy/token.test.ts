/** To whom the client gives its token as it is: to a server that it has checked, or where the user asked for it. */
import { readFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { runClientPlan } from '../../../src/client.js';
import type { ClientPlan } from '../../../src/plan/plan.js';
import { makeCertificates } from '../../support/certificates.js';
import { collect } from '../../support/events.js';
import { describeNeeding, program } from '../../support/needs.js';
import { clientPlan } from '../../support/plans.js';
import { UndoStack } from '../../support/undo.js';

let pem: { readonly ca: string; readonly cert: string; readonly key: string };

/** Names no sub-protocol, and keeps every text that it is told. */
async function listen(secure: boolean) {
  const http = secure ? createTlsServer({ cert: pem.cert, key: pem.key }) : createPlainServer();
  const fake = new WebSocketServer({ server: http, handleProtocols: () => false });
  const heard: string[] = [];
  fake.on('connection', (ws) => ws.on('message', (data, isBinary) => isBinary || heard.push(data.toString())));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const ws of fake.clients) ws.terminate();
    http.close();
  });
  const address = http.address();
  return { heard, port: typeof address === 'object' && address ? address.port : 0 };
}

async function measure(secure: boolean, changes: Partial<ClientPlan>) {
  const { port, heard } = await listen(secure);
  const plan = clientPlan(port, { token: 'sesame', seconds: 0.1, ...changes });
  const collected = await collect(runClientPlan({ ...plan, target: { ...plan.target, secure } }));
  const notices = collected.all.flatMap((event) => (event.type === 'notice' ? [`${event.level}: ${event.text}`] : []));
  return { ...collected, heard, notices };
}

describeNeeding('the token', [program('openssl')], () => {
  beforeAll(async () => {
    const files = new UndoStack();
    const { ca, cert, key } = await makeCertificates(files.later);
    const read = (path: string) => readFileSync(path, 'utf8');
    pem = { ca: read(ca), cert: read(cert), key: read(key) };
    await files.undo();
  });

  it.each([
    ['in the clear', false, {}],
    ['over TLS that is not checked', true, { insecure: true }],
  ])('is not given %s', async (_way, secure, changes) => {
    const { error, heard, start } = await measure(secure, changes);
    expect(error).toMatch(/^server-unproven: 127\.0\.0\.1:\d+ speaks as the original wperf does, and would get the /);
    expect(error).toContain('use wss with a certificate that is checked, or --legacy-token to send it all the same');
    expect(start).toBeUndefined();
    expect(heard).toEqual([]);
  });

  it.each([
    ['in the clear', false, {}, 'warning: Whoever can read the connection gets the token'],
    [
      'over TLS that is not checked',
      true,
      { insecure: true },
      'warning: Whoever can read the connection gets the token',
    ],
  ])('is given %s with --legacy-token', async (_way, secure, changes, warning) => {
    const { error, heard, notices } = await measure(secure, { ...changes, legacyToken: true });
    expect(error).toBeUndefined();
    expect(heard[0]).toBe('sesame');
    expect(notices.join()).toContain(warning);
  });

  it('is given to a server whose certificate is checked', async () => {
    const { error, heard, notices } = await measure(true, { ca: pem.ca });
    expect(error).toBeUndefined();
    expect(heard[0]).toBe('sesame');
    expect(notices).toContain('info: The server gets the token as it is: the original wperf proves nothing.');
  });
});
