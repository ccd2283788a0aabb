/** What a server says to clients of iperf3, old ones and new, and what is left of those that vanish. */
import { generateKeyPairSync } from 'node:crypto';
import { type EventEmitter, once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeToken, passwordDigest, readPublicKey } from '../../../../src/dialects/iperf3/wire/auth.js';
import { makePacketCodec } from '../../../../src/dialects/iperf3/wire/packet-codec.js';
import type { TestEvent } from '../../../../src/events/load.js';
import { identity } from '../../../../src/host/identity.js';
import type { ServerPlan } from '../../../../src/plan/plan.js';
import { makeJsonRecorder, makeRecorder } from '../../../../src/report/recorder.js';
import { type ServerRunOptions, startServerPlan } from '../../../../src/server/server.js';
import { sorted } from '../../../support/events.js';
import { temporaryFolder } from '../../../support/folders.js';
import {
  type Client,
  type Conversation,
  converse,
  Line,
  leave,
  newCookie,
  type StepName,
  stepNames,
  usual,
  usualParams,
  usualResults,
} from './scripted-client.js';

async function serve(plan: Partial<ServerPlan> = {}, options: ServerRunOptions = {}) {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, ...plan }, options);
  onTestFinished(() => server.close());
  const events: TestEvent[] = [];
  const notices: string[] = [];
  server.on('test', (event) => events.push(event));
  server.on('notice', ({ text }) => notices.push(text));
  return { server, port: server.address.port, events, notices };
}

/** Of one packet, with 32 bits of number. */
function packet(number: number, bytes = 100): Buffer {
  const packet = Buffer.alloc(bytes);
  makePacketCodec(false).write(packet, { number, stampNs: 1e9 });
  return packet;
}

const oldStream = { bytes: 1000, retransmits: 0, jitter: 0, errors: 0, packets: 0 };
const cpu = { cpu_util_total: 1.5, cpu_util_user: 1, cpu_util_system: 0.5 };

/** As each version speaks. */
const versions: Readonly<Record<string, Conversation>> = {
  '3.1': {
    cookie: Buffer.from(`${'vm.example.1445000000.123456.0a1b2c3d'.slice(0, 36)}\0`),
    params: { tcp: true, omit: 0, time: 1, parallel: 2, len: 131_072, client_version: '3.1' },
    load: Buffer.alloc(1000),
    results: (ids) => ({ ...cpu, sender_has_retransmits: 0, streams: ids.map((id) => ({ id, ...oldStream })) }),
  },
  '3.6 upwards': {
    params: { ...usualParams, parallel: 3, client_version: '3.6', extra_data: 'x', title: 'y' },
    load: Buffer.alloc(1000),
    results: (ids) => ({ ...usualResults(ids), sender_has_retransmits: 1 }),
  },
  '3.7 both ways': {
    params: { ...usualParams, parallel: 2, bidirectional: true, client_version: '3.7' },
    load: Buffer.alloc(1000),
    results: usualResults,
  },
  '3.11 by UDP': {
    params: { udp: true, omit: 0, time: 1, num: 0, blockcount: 0, parallel: 2, len: 100, bandwidth: 1_048_576 },
    hello: Buffer.from('15cd5b07', 'hex'),
    load: packet(0),
    results: (ids) => ({
      ...cpu,
      ...{ sender_has_retransmits: 0, streams: ids.map((id) => ({ id, ...oldStream, bytes: 100, packets: 1 })) },
    }),
  },
  '3.12 by UDP': {
    params: { udp: true, omit: 0, time: 1, num: 0, blockcount: 0, parallel: 1, len: 100, bandwidth: 1_048_576 },
    hello: Buffer.from('39383736', 'hex'),
    load: packet(0),
    results: (ids) => ({
      ...usualResults(ids),
      streams: ids.map((id) => ({ id, ...oldStream, bytes: 100, packets: 3 })),
    }),
  },
  '3.21': {
    params: { ...usualParams, skip_rx_copy: 1, gso: 0, gro: 0, gso_bf_size: 0, mptcp: true, client_version: '3.21+' },
    load: Buffer.alloc(1000),
    results: (ids) => {
      const { streams, ...whole } = usualResults(ids);
      return { ...whole, streams: streams.map((stream) => ({ ...stream, omitted_errors: 0, omitted_packets: 0 })) };
    },
  },
};

describe('a client of', () => {
  it.each(Object.entries(versions))('%s is served', async (_name, talk) => {
    const { port, events, notices } = await serve();
    const { said, serverResults, answers } = await converse(port, talk);
    expect(said).toEqual([9, 10, 1, 2, 13, 14]);
    const { end, start } = sorted(events);
    const streams = serverResults?.streams as { id: number; bytes: number; errors: number; packets: number }[];
    const both = talk.params.bidirectional === true;
    expect(streams.map(({ id }) => id)).toEqual([1, 3, 4, 5].slice(0, Number(talk.params.parallel) * (both ? 2 : 1)));
    if (!both) expect(streams.map(({ bytes }) => bytes)).toEqual(streams.map(() => talk.load?.length));
    expect(answers.map(String)).toEqual(answers.map(() => '6789'));
    expect(serverResults?.sender_has_retransmits).toBe(both ? 1 : -1);
    expect(start).toMatchObject({ dialect: 'iperf3', role: 'server', test: { direction: both ? 'bidir' : 'up' } });
    expect(end?.interrupted).toBe(false);
    expect(end?.streams.length).toBe(streams.length);
    expect(notices).toEqual([]);
  });

  it('whose last packets are lost hears of that', async () => {
    const { port, events } = await serve();
    const { serverResults } = await converse(port, versions['3.12 by UDP'] ?? usual);
    expect(serverResults?.streams).toMatchObject([{ id: 1, packets: 3, errors: 2 }]);
    expect(sorted(events).end?.sums).toMatchObject([{ packets: { packets: 3, lost: 2 } }]);
  });

  it('that counted more packets than were sent had them doubled by the path, which is told', async () => {
    const { port, events } = await serve();
    const { '3.12 by UDP': byUdp = usual } = versions;
    const results = (ids: readonly number[]) => ({
      ...usualResults(ids),
      streams: ids.map((id) => ({ id, ...oldStream, bytes: 1e9, packets: 1 })),
    });
    await converse(port, { ...byUdp, params: { ...byUdp.params, reverse: true }, load: Buffer.alloc(0), results });
    expect(sorted(events).end?.warnings).toContainEqual(expect.stringMatching(/^The client counted more packets/));
  });
});

describe('a client that vanishes', () => {
  const steps = stepNames.slice(0, -1).flatMap((step) => [[step, true] as const, [step, false] as const]);
  it.each(steps)('after the step %s (killed: %s) leaves nothing behind', async (step, isKilled) => {
    const { server, port, events } = await serve({ iperf3: { oneAtATime: true } });
    for (const talk of [usual, versions['3.11 by UDP'] ?? usual]) {
      leave(await converse(port, { ...talk, streams: 2, params: { ...talk.params, parallel: 2 } }, step), isKilled);
    }
    await expect.poll(() => tryOnce(port), { timeout: 5000 }).toEqual([9, 10, 1, 2, 13, 14]);
    const starts = events.filter(({ type }) => type === 'start').length;
    await expect.poll(() => events.filter(({ type }) => type === 'end' || type === 'error').length).toBe(starts);
    const beganAt = performance.now();
    await server.close();
    expect(performance.now() - beganAt).toBeLessThan(500);
  });

  async function tryOnce(port: number): Promise<number[]> {
    const line = await Line.open(port);
    line.say(newCookie());
    const state = await line.state();
    line.socket.destroy();
    return state === 9 ? (await converse(port, usual)).said : [];
  }
});

/** As iperf3 fills each block with `--repeating-payload`. */
function digits(bytes: number): string {
  return '0123456789'.repeat(Math.ceil(bytes / 10)).slice(0, bytes);
}

describe('load that is sent', () => {
  const wish = { ...usualParams, reverse: true, repeating_payload: 1, parallel: 1 };

  /** The first blocks of a download, as they come over the socket. */
  async function firstBytes(params: Record<string, unknown>, bytes: number): Promise<string> {
    const { port } = await serve();
    const client = await converse(port, { ...usual, params }, 'start');
    const [stream] = client.streams;
    const read = await (stream as Line).read(bytes);
    leave(client);
    await client.control.ended;
    return read.toString('latin1');
  }

  it('is the repeating pattern where that is asked for, in blocks of any length', async () => {
    expect(await firstBytes({ ...wish, len: 1003 }, 3009)).toBe(digits(1003).repeat(3));
    expect(await firstBytes({ ...wish, len: 300_001 }, 600_002)).toBe(digits(300_001).repeat(2));
    expect(await firstBytes({ ...wish, len: 1003, repeating_payload: undefined }, 1003)).not.toContain('01234');
  });

  it.each([
    [12, undefined],
    [16, 1],
  ])('is it in packets behind their header of %s bytes', async (header, wide) => {
    const { port } = await serve();
    const params = { ...wish, tcp: undefined, udp: true, len: 105, bandwidth: 1e6, udp_counters_64bit: wide };
    const client = await converse(port, { ...usual, params, hello: Buffer.from('9876') }, 'start');
    const [packet] = (await once(client.streams[0] as EventEmitter, 'message')) as [Buffer];
    expect(packet.toString('latin1', header)).toBe(digits(105).slice(header));
    expect(packet.toString('latin1', 0, header)).not.toBe(digits(header));
    leave(client);
    await client.control.ended;
  });
});

describe('a test that ends before its time', () => {
  it('by its client’s wish is told as far as it came', async () => {
    const { port, events } = await serve();
    const client = await converse(port, usual, 'load');
    client.control.say(Buffer.of(12));
    await client.control.ended;
    expect(sorted(events).end).toMatchObject({ interrupted: true, streams: [{ received: { bytes: 1000 } }] });
    // Of a test of a moment, a machine with other work may say more.
    const warnings = sorted(events).end?.warnings.filter((text) => !text.includes('busy'));
    expect(warnings).toEqual([expect.stringContaining('that ends a test early tells nothing')]);
    leave(client);
  });

  it('by its server’s end is told to the client', async () => {
    const { server, port, events } = await serve();
    const client = await converse(port, usual, 'load');
    await server.close();
    expect(await client.control.state()).toBe(11);
    expect(sorted(events).end).toMatchObject({ interrupted: true, streams: [{ received: { bytes: 1000 } }] });
    const [about] = sorted(events).end?.warnings.slice(-1) ?? [];
    expect(about).toContain('tells nothing to a server that is stopped');
    leave(client);
  });

  it.each(['cookie', 'params', 'stream'] as const)('with its server’s after the step %s says so too', async (step) => {
    const { server, port, events } = await serve();
    const client = await converse(port, usual, step);
    const closed = server.close();
    const states: (number | undefined)[] = [];
    for (let state = await client.control.state(); state !== undefined; state = await client.control.state()) {
      states.push(state);
    }
    leave(client);
    await closed;
    expect(states).toContain(11);
    expect(events.filter(({ type }) => type === 'error')).toEqual([]);
  });
});

describe('a login', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const key = readPublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString());
  const users = `mario,${passwordDigest('mario', 'rossi')}`;
  const now = () => Date.now() / 1000;
  const tokens = [
    ['of OAEP', () => makeToken({ username: 'mario', password: 'rossi', unixSeconds: now() }, key, 'oaep'), 10],
    ['of PKCS#1', () => makeToken({ username: 'mario', password: 'rossi', unixSeconds: now() }, key, 'pkcs1'), 10],
    ['a wrong password', () => makeToken({ username: 'mario', password: 'x', unixSeconds: now() }, key, 'oaep'), 142],
    [
      'an old clock',
      () => makeToken({ username: 'mario', password: 'rossi', unixSeconds: now() - 60 }, key, 'oaep'),
      142,
    ],
    ['no login', () => undefined, 142],
    ['noise', () => 'QUJD', 142],
  ] as const;

  it.each(tokens)('with %s is answered by %s', async (_what, token, answer) => {
    const { port, notices } = await serve({ token: 'x', iperf3: { login: { privateKey: privatePem, users } } });
    const client = await converse(port, usual, 'cookie');
    client.control.sayJson({ ...usualParams, authtoken: token() });
    if (answer === 10) expect(await client.control.state()).toBe(10);
    else expect(await client.control.refusal()).toBe(answer);
    leave(client);
    await client.control.ended;
    if (answer !== 10) expect(notices.join()).toMatch(/it does not log in|its name, password or clock is wrong/);
  });

  it('is by the users of the moment, and while there are none nobody can', async () => {
    const usersFile = join(await temporaryFolder(onTestFinished), 'users');
    const luigi = `luigi,${passwordDigest('luigi', 'verdi')}`;
    const login = { privateKey: privatePem, users, usersFile };
    const { port, notices } = await serve({ iperf3: { login } });
    const answerTo = async (username: string, password: string) => {
      const client = await converse(port, usual, 'cookie');
      client.control.sayJson({
        ...usualParams,
        authtoken: makeToken({ username, password, unixSeconds: now() }, key, 'oaep'),
      });
      const answer = (await client.control.state()) === 10 ? 10 : (await client.control.read(4)).readInt32BE();
      leave(client);
      await client.control.ended;
      return answer;
    };
    const answers = async () => [await answerTo('mario', 'rossi'), await answerTo('luigi', 'verdi')];
    await writeFile(usersFile, users);
    expect(await answers()).toEqual([10, 142]);
    await writeFile(usersFile, `${users}\n${luigi}\n`);
    expect(await answers()).toEqual([10, 10]);
    notices.length = 0;
    await writeFile(usersFile, '# nobody\n');
    expect(await answers()).toEqual([142, 142]);
    expect(notices.splice(0)).toEqual(
      Array(2).fill(expect.stringContaining(`--iperf3-users '${usersFile}' names no user`)),
    );
    await rm(usersFile);
    expect(await answerTo('mario', 'rossi')).toBe(142);
    expect(notices.splice(0)).toEqual([expect.stringContaining('cannot be read: ENOENT')]);
    await writeFile(usersFile, luigi);
    expect(await answers()).toEqual([142, 10]);
  });
});

describe('a server', () => {
  const refusals: readonly (readonly [string, Partial<ServerPlan>, Record<string, unknown>, number])[] = [
    ['of others with a token', { token: 'x' }, {}, 142],
    ['of short tests', { seconds: 5 }, { time: 6 }, 37],
    ['of short tests, omitted seconds among them', { seconds: 5 }, { time: 5, omit: 1 }, 37],
    ['of short tests, of one without an end', { seconds: 5 }, { time: 0 }, 37],
    ['of few bytes', { bytes: 100 }, { time: 0, num: 101 }, 37],
    ['of few bytes, in blocks', { bytes: 1000 }, { time: 0, blockcount: 11, len: 100 }, 37],
    ['without UDP', { allowProto: ['ws', 'tcp'] }, { tcp: undefined, udp: true, len: 1000 }, 131],
    ['without SCTP', {}, { tcp: undefined, sctp: true }, 18],
    ['of any rate', {}, { bandwidth: 1e12, parallel: 2 }, 27],
    ['of so many streams', {}, { parallel: 129 }, 6],
    ['of so long omission', {}, { omit: 601 }, 12],
  ];
  it.each(refusals)('%s refuses with its number', async (_what, plan, changes, number) => {
    const { port, notices } = await serve(plan);
    const line = await Line.open(port);
    line.say(newCookie());
    line.sayJson({ ...usualParams, ...changes });
    expect(await line.refusal()).toBe(number);
    line.socket.end();
    await line.ended;
    expect(notices).toHaveLength(1);
  });

  it('lets clients in without the token where it is to', async () => {
    const { port } = await serve({ token: 'x', iperf3: { open: true } });
    expect((await converse(port, usual)).said).toHaveLength(6);
  });

  it('of one test at a time is busy meanwhile', async () => {
    const { port } = await serve({ iperf3: { oneAtATime: true } });
    const first = await converse(port, usual, 'load');
    const second = await Line.open(port);
    second.say(newCookie());
    expect(await second.refusal()).toBe(-1);
    leave(first);
    second.socket.end();
  });

  it('of one test ever is busy, and then over', async () => {
    const { server, port } = await serve({ oneOff: true });
    const closed = new Promise<void>((resolve) => server.once('close', resolve));
    leave(await converse(port, usual, 'params'), true);
    await converse(port, usual, 'cookie').then(leave);
    await expect.poll(async () => (await converse(port, usual, 'cookie').then(closeAfter)).said).toEqual([9]);
    expect((await converse(port, usual)).said).toHaveLength(6);
    await closed;
  });

  it('gives text, or JSON where it prints that, to a client that asks for its report', async () => {
    const talk = { ...usual, params: { ...usualParams, get_server_output: 1 } };
    const text = await serve({}, { makeRecorder: () => makeRecorder(identity) });
    expect((await converse(text.port, talk)).serverResults?.server_output_text).toContain('upload from 127.0.0.1');
    const json = await serve({}, { makeJsonRecorder: () => makeJsonRecorder(identity) });
    expect((await converse(json.port, talk)).serverResults?.server_output_json).toMatchObject({
      start: { dialect: 'iperf3', test_start: { protocol: 'TCP' } },
      end: { sum_received: { bytes: 1000 } },
    });
    const none = await serve();
    expect(Object.keys((await converse(none.port, talk)).serverResults ?? {}).join()).not.toContain('output');
  });

  it('serves several at once, each connection with its own, in whatever order they come', async () => {
    const { port, events } = await serve();
    const names: StepName[] = ['params', 'load', 'stream', 'params'];
    const begun = await Promise.all(names.map((step) => converse(port, usual, step)));
    const all = await Promise.all([usual, ...Object.values(versions)].map((talk) => converse(port, talk)));
    expect(all.map(({ said }) => said.length)).toEqual(all.map(() => 6));
    for (const client of begun) leave(client);
    await expect.poll(() => events.filter(({ type }) => type === 'end').length).toBe(all.length);
  });
});

function closeAfter(client: Client): Client {
  leave(client);
  return client;
}
