import { describe, expect, it } from 'vitest';
import { Conversation } from '../../../src/dialects/native/wire/conversation.js';
import { openAsClient, openAsServer } from '../../../src/dialects/native/wire/handshake.js';
import { WperfError } from '../../../src/errors.js';
import { systemClock } from '../../../src/host/clock.js';
import { randomId } from '../../../src/host/random.js';
import { proofOf } from '../../../src/protocol/proof.js';
import { channelPair } from '../../support/channel-pair.js';
import { FakeClock } from '../../support/fake-clock.js';

const request = {
  software: 'wperf 1.0.0',
  session: randomId(),
  stream: 1,
  streams: 1,
  mode: 'throughput' as const,
  direction: 'up' as const,
  seconds: 10,
  omitSeconds: 0,
  blockBytes: 65_536,
  bitsPerSecond: 0,
  intervalSeconds: 1,
  serverOutput: false,
};
const decide = () => ({ seconds: 5, bitsPerSecond: 0, reasons: ['short today'] });
/** What a server says of itself, and lets clients have. */
const ours = { software: 'wperf 1.0.0', server: 'ab'.repeat(16), decide, expectLoad: () => undefined };

async function conversations(clock = systemClock) {
  const { client, server } = await channelPair();
  return { client: new Conversation(client, clock), server: new Conversation(server, clock) };
}

/** The code with which each side's promise ended. */
async function codes(...sides: Promise<unknown>[]): Promise<string[]> {
  const ended = await Promise.allSettled(sides);
  return ended.map((side) => {
    if (side.status === 'fulfilled') return 'opened';
    expect(side.reason).toBeInstanceOf(WperfError);
    return (side.reason as WperfError).code;
  });
}

describe('the handshake', () => {
  it.each([
    [undefined, undefined, ['opened', 'opened']],
    ['sesame', 'sesame', ['opened', 'opened']],
    ['sésame ', 'sésame ', ['opened', 'opened']],
    ['sesame', 'Sesame', ['token-rejected', 'token-rejected']],
    [undefined, 'sesame', ['token-required', 'token-required']],
    ['sesame', undefined, ['token-not-asked', 'token-not-asked']],
  ])('with client token %s and server token %s', async (own, wanted, expected) => {
    const { client, server } = await conversations();
    const [grant, opened] = [openAsClient(client, request, own), openAsServer(server, { token: wanted, ...ours })];
    if (own !== undefined && wanted === undefined) {
      expect(await codes(grant)).toEqual(['token-not-asked']);
    } else {
      expect(await codes(grant, opened)).toEqual(expected);
    }
    client.channel.drop();
  });

  it('tells the client what it is granted and why', async () => {
    const { client, server } = await conversations();
    const [grant] = await Promise.all([
      openAsClient(client, request, undefined),
      openAsServer(server, { token: undefined, ...ours }),
    ]);
    expect(grant).toMatchObject({ seconds: 5, reasons: ['short today'] });
    client.channel.drop();
  });

  it.each([
    ['seconds', {}, { seconds: 10.5 }],
    ['bytes', { bytes: 1000 }, { bytes: 1001 }],
    ['bytes', { bytes: 1000 }, {}],
    ['bits a second', { bitsPerSecond: 1000 }, { bitsPerSecond: 1001 }],
    ['bits a second', { bitsPerSecond: 1000 }, {}],
    ['simulated latencyMs', { sim: { seed: 1 } }, { sim: { seed: 1, latencyMs: 1, socket: {} } }],
    ['simulated lossPercent', { sim: { seed: 1, lossPercent: 1 } }, { sim: { seed: 1, lossPercent: 2, socket: {} } }],
  ])('refuses a server that grants more %s than %o asks for', async (what, asked, granted) => {
    const { client, server } = await conversations();
    const opening = openAsClient(client, { ...request, ...asked }, undefined);
    await server.expect(1, 'hello');
    server.send({ type: 'grant', software: 'x', ...decide(), ...granted });
    const code = 'protocol-violation';
    await expect(opening).rejects.toMatchObject({
      code,
      message: `the server grants more ${what} than were asked for`,
    });
    client.channel.drop();
  });

  it('takes a rate and a length where none was asked for', async () => {
    const { client, server } = await conversations();
    const opening = openAsClient(client, request, undefined);
    await server.expect(1, 'hello');
    server.send({ type: 'grant', software: 'x', ...decide(), bitsPerSecond: 1000, bytes: 1000 });
    expect(await opening).toMatchObject({ bitsPerSecond: 1000, bytes: 1000 });
    client.channel.drop();
  });

  it('refuses a server that asks for the token and cannot prove that it knows it', async () => {
    const { client, server } = await conversations();
    const opening = codes(openAsClient(client, request, 'sesame'));
    await server.expect(1, 'hello');
    server.send({ type: 'challenge', nonce: randomId() });
    const { mac } = await server.expect(1, 'proof');
    server.send({ type: 'grant', software: 'x', ...decide(), mac });
    expect(await opening).toEqual(['server-unproven']);
    client.channel.drop();
  });

  it('refuses a proof that was good for another handshake', async () => {
    const first = await conversations();
    const opened = openAsServer(first.server, { token: 'sesame', ...ours });
    await openAsClient(first.client, request, 'sesame');
    const { hello } = await opened;

    const second = await conversations();
    const refused = codes(openAsServer(second.server, { token: 'sesame', ...ours }));
    second.client.send(hello);
    await second.client.expect(1, 'challenge');
    const replayed = proofOf('client', 'sesame', {
      clientNonce: hello.nonce,
      serverNonce: randomId(),
      session: hello.session,
      stream: 1,
    });
    second.client.send({ type: 'proof', mac: replayed });
    expect(await refused).toEqual(['token-rejected']);
    first.client.channel.drop();
    second.client.channel.drop();
  });

  it('waits for each step only so long', async () => {
    const clock = new FakeClock();
    const { client, server } = await conversations(clock);
    const silent = codes(openAsServer(server, { token: undefined, ...ours }));
    clock.advance(9.9);
    expect(await Promise.race([silent, 'still waiting'])).toBe('still waiting');
    clock.advance(0.2);
    expect(await silent).toEqual(['timeout']);
    client.channel.drop();
  });

  it('refuses a message out of turn', async () => {
    const { client, server } = await conversations();
    const refused = codes(openAsServer(server, { token: undefined, ...ours }));
    client.send({ type: 'start' });
    expect(await refused).toEqual(['protocol-violation']);
    client.channel.drop();
  });
});
