/**
 * The opening of a stream, both ends: hello, then challenge and proof if the server has a token, then grant. Each end
 * believes the other only as far as docs/protocol.md says.
 */
import { waits } from '../../../defaults/index.js';
import { toWperfError, WperfError } from '../../../errors.js';
import { given } from '../../../given.js';
import { randomId } from '../../../host/random.js';
import type { Greeting } from '../../../modes/load/dialect.js';
import { flawOfStream } from '../../../plan/check.js';
import { flawText } from '../../../plan/flaw.js';
import { decodeMessage, encodeMessage } from '../../../protocol/codec.js';
import type { Grant, Hello } from '../../../protocol/messages.js';
import { type ProofContext, proofOf, sameProof } from '../../../protocol/proof.js';
import type { ExpectedLoad } from '../../../transport/carriage.js';
import { noTokenHint, tokenHint } from '../../token.js';
import type { Conversation } from './conversation.js';
import { beyondAsked } from './grant-bounds.js';
import { grantedSimulation, simulate } from './simulation.js';
import { grantedSocket, socketReasons } from './socket.js';

/** What a server lets a client have; reasons say where it is less than was asked. */
export type Decision = Omit<Grant, 'type' | 'software' | 'server' | 'mac' | 'sim' | 'socket' | 'reader' | 'proto'>;

/** What a client asks for; the rest of the hello is the handshake's. */
export type Request = Omit<Hello, 'type' | 'nonce' | 'token'>;

export function helloOf(request: Request, token: string | undefined): Hello {
  return { type: 'hello', nonce: randomId(), token: token !== undefined, ...request };
}

/**
 * `greeting` is the hello where it went with the request of the connection. A server that does not say so may have had it all
 * the same, and is told the very same once more.
 */
export async function openAsClient(
  conversation: Conversation,
  request: Request,
  token: string | undefined,
  greeting?: Greeting,
): Promise<Grant> {
  const hello = greeting ? (decodeMessage(greeting.text) as Hello) : helloOf(request, token);
  if (!greeting?.isHeard) conversation.channel.send(greeting?.text ?? encodeMessage(hello));
  const grant = await askForGrant(conversation, hello, token);
  if (hello.sim && !grant.sim) {
    throw refuse(conversation, 'request-refused', 'the server simulates no conditions', 'leave --sim-... away');
  }
  if (hello.socket && !grant.socket) {
    const hint = 'leave -w, -S and -C away';
    throw refuse(conversation, 'request-refused', 'the server sets no options of its sockets', hint);
  }
  const more = beyondAsked(hello, grant);
  if (more !== undefined)
    throw refuse(conversation, 'protocol-violation', `the server grants more ${more} than were asked for`);
  simulate(conversation, 'client', hello, grant);
  return grant;
}

async function askForGrant(conversation: Conversation, hello: Hello, token: string | undefined): Promise<Grant> {
  const reply = await conversation.expect(waits.handshakeStepSeconds, 'challenge', 'grant');
  if (reply.type === 'grant') {
    if (token !== undefined) throw refuse(conversation, 'token-not-asked', 'the server asks for no token', noTokenHint);
    return reply;
  }
  if (token === undefined) throw refuse(conversation, 'token-required', 'the server asks for a token', tokenHint);
  const context = contextOf(hello, reply.nonce);
  conversation.send({ type: 'proof', mac: proofOf('client', token, context) });
  const grant = await conversation.expect(waits.handshakeStepSeconds, 'grant');
  if (!sameProof(grant.mac ?? '', proofOf('server', token, context))) {
    throw refuse(conversation, 'server-unproven', 'the server does not know the token', 'do not trust this server');
  }
  return grant;
}

interface ServerSide {
  readonly token: string | undefined;
  readonly software: string;
  /** Of the run of the server. */
  readonly server: string;
  /** Throws a WperfError for what is refused. */
  readonly decide: (hello: Hello) => Decision;
  /** The connection for load that the client shall make, if any. Throws a WperfError where it cannot have that. */
  readonly expectLoad: (hello: Hello) => ExpectedLoad | undefined;
}

/** The client's hello, once it is known to come from someone who has the token. */
export async function openAsServer(
  conversation: Conversation,
  { token, software, server, decide, expectLoad }: ServerSide,
): Promise<{ hello: Hello; grant: Grant; expected: ExpectedLoad | undefined }> {
  const hello = await conversation.expect(waits.handshakeStepSeconds, 'hello');
  const flaw = flawOf(hello);
  if (flaw !== undefined) throw refuse(conversation, 'protocol-violation', flaw);
  checkPlan(conversation, hello);
  const mac = token === undefined ? undefined : await demandProof(conversation, hello, token);
  const sim = grantedSimulation(conversation, hello);
  const socket = orRefused(conversation, () => grantedSocket(conversation, hello));
  const expected = orRefused(conversation, () => expectLoad(hello));
  const proto = expected && { key: expected.key, ...given({ port: expected.port }) };
  const extras = given({ mac, sim, socket, proto, reader: readerFor(conversation, hello) });
  const decision = orRefused(conversation, () => decide(hello));
  const reasons = [...decision.reasons, ...socketReasons(conversation, hello)];
  const grant: Grant = { type: 'grant', software, server, ...decision, reasons, ...extras };
  conversation.send(grant);
  simulate(conversation, 'server', hello, grant);
  return { hello, grant, expected };
}

/** Where the load will end that this end receives, if it is to receive any that is only counted. */
function readerFor({ channel }: Conversation, { mode, direction, rxCopy, sim }: Hello): Grant['reader'] {
  if (mode !== 'throughput' || direction === 'down') return undefined;
  return rxCopy || sim ? 'process' : channel.reader;
}

/** What it cannot have, the client is told before it measures anything. */
function orRefused<T>(conversation: Conversation, decide: () => T): T {
  try {
    return decide();
  } catch (thrown) {
    throw refuse(conversation, 'request-refused', toWperfError(thrown).line);
  }
}

/** The rules of every plan, as far as one stream's hello tells of it. */
function checkPlan(conversation: Conversation, { sim, ...hello }: Hello): void {
  const mode = hello.mode === 'datagram' ? 'datagram' : 'throughput';
  const flaw = flawOfStream({ ...hello, mode, ...given({ lossPercent: sim?.lossPercent }) });
  if (flaw === undefined) return;
  throw refuse(conversation, flaw.kind === 'range' ? 'protocol-violation' : 'request-refused', flawText(flaw));
}

/** What is wrong with fields that go together. */
function flawOf({ stream, streams, mode, trace }: Hello): string | undefined {
  if (stream > streams) return 'stream is larger than streams';
  if (mode !== 'traceroute') return undefined;
  if (trace === undefined) return 'a hello for a trace does not say which';
  return trace.firstHop > trace.maxHops ? 'trace.firstHop is larger than trace.maxHops' : undefined;
}

/** The server's own proof, given after the client's. */
async function demandProof(conversation: Conversation, hello: Hello, token: string): Promise<string> {
  const nonce = randomId();
  conversation.send({ type: 'challenge', nonce });
  const proof = await conversation.expect(waits.handshakeStepSeconds, 'proof');
  const context = contextOf(hello, nonce);
  if (!sameProof(proof.mac, proofOf('client', token, context))) {
    throw refuse(conversation, 'token-rejected', 'the token is wrong', tokenHint);
  }
  return proofOf('server', token, context);
}

function contextOf(hello: Hello, serverNonce: string): ProofContext {
  return { clientNonce: hello.nonce, serverNonce, session: hello.session, stream: hello.stream };
}

function refuse(conversation: Conversation, code: WperfError['code'], message: string, hint?: string): WperfError {
  const error = new WperfError(code, message, { operation: 'handshake', peer: conversation.peer, hint });
  conversation.abort(error);
  return error;
}
