/** A client at servers of iperf3 that refuse, fall silent, go away or talk nonsense at any step. */
import { generateKeyPairSync } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ClientTools, runClientPlan } from '../../../../src/client.js';
import { iperf3 } from '../../../../src/defaults/index.js';
import { checkLogin, passwordDigest } from '../../../../src/dialects/iperf3/wire/auth.js';
import { errorFrame } from '../../../../src/dialects/iperf3/wire/framing.js';
import { makePacketCodec } from '../../../../src/dialects/iperf3/wire/packet-codec.js';
import { states } from '../../../../src/dialects/iperf3/wire/states.js';
import { exitCode } from '../../../../src/errors.js';
import { nodeHost } from '../../../../src/host/node.js';
import type { ClientPlan } from '../../../../src/plan/plan.js';
import { collect } from '../../../support/events.js';
import { hurriedClock } from '../../../support/hurried-clock.js';
import { describeNeeding, systemCalls } from '../../../support/needs.js';
import { startScripted } from '../../../support/peers/scripted-proxy.js';
import { clientPlan } from '../../../support/plans.js';
import { type FakeServer, startFake, type Visit } from './fake-server.js';

type Script = (visit: Visit, visits: number, away: () => void) => Promise<void>;

async function measure(script: Script, changes: Partial<ClientPlan> = {}, tools: ClientTools = {}) {
  const server = await startFake(onTestFinished, script);
  const plan = clientPlan(server.port, { seconds: 0.3, bitsPerSecond: 50e6, iperf3: {}, ...changes });
  const collected = await collect(runClientPlan(plan, tools));
  const failure = collected.all.find((event) => event.type === 'error');
  return { ...collected, server, failure, exit: failure ? exitCode(failure.error.code) : 0 };
}

/** As stock servers go about it. */
const whole = async (visit: Visit): Promise<void> => {
  await visit.toEnd();
  await visit.takeResults();
  visit.sayResults();
  visit.say(states.displayResults);
  await visit.expect(states.iperfDone);
  visit.control.end();
};

describe('a test against iperf3', () => {
  it('tells the count of its receiver, and leaves nothing open', async () => {
    const { end, start, intervals, error, server } = await measure(whole, { title: 'T', latency: true });
    expect(error).toBeUndefined();
    expect(start).toMatchObject({ dialect: 'iperf3', peerSoftware: 'iperf3', transport: 'tcp', title: 'T' });
    expect(intervals.length).toBeGreaterThanOrEqual(2);
    expect(intervals[0]?.streams[0]?.senderCount).toBe(true);
    expect(end?.sums[0]?.received?.bytes).toBeGreaterThan(0);
    expect(end?.cpu.remote).toEqual({ total: 1, user: 1, system: 0 });
    await closed(server);
  });

  it('sends the repeating pattern, and has the server send it, where that is asked for', async () => {
    let first = '';
    const script: Script = async (visit) => {
      await visit.toRunning();
      expect(visit.params?.repeatingPayload).toBe(true);
      const [chunk] = (await once(visit.streams[0] as Socket, 'data')) as [Buffer];
      first = chunk.toString('latin1', 0, 30);
      visit.control.destroy();
    };
    const { server } = await measure(script, { iperf3: { repeatingPayload: true } });
    expect(first).toMatch(/^[0-9]{30}$/);
    expect('0123456789'.repeat(4)).toContain(first);
    expect(server.failures).toEqual([]);
  });

  it("asks in iperf3's words, and tells its own count", async () => {
    let visit: Visit | undefined;
    let told: unknown;
    const script: Script = async (each) => {
      visit = each;
      await each.toEnd();
      told = (await each.takeResults()).streams;
      each.sayResults();
      each.say(states.displayResults);
      await each.expect(states.iperfDone);
    };
    const changes = {
      streams: 3,
      bytes: 3_000_000,
      blockBytes: 10_000,
      title: 'T',
      socket: { tos: 40, windowBytes: 65_536 },
    };
    const { start, end, error } = await measure(script, {
      ...changes,
      seconds: 86_400,
      untimed: true,
      extraData: 'X',
      getServerOutput: true,
    });
    expect(error).toBeUndefined();
    expect(visit?.params).toMatchObject({
      ...{ protocol: 'tcp', seconds: 0, bytes: 3_000_000, parallel: 3, blockBytes: 10_000, title: 'T', extraData: 'X' },
      ...{ noDelay: true, getServerOutput: true, tos: 40, windowBytes: 65_536, bidir: false, reverse: false },
    });
    expect(`${start?.session}\0`).toBe(visit?.cookie.toString('latin1'));
    expect(visit?.received).toBe(3_000_000);
    expect(told).toMatchObject([1, 3, 4].map((id) => ({ id, bytes: 1_000_000 })));
    expect(end?.sums[0]?.sent?.bytes).toBe(3_000_000);
  });

  it('ends when bytes have come over all streams together', async () => {
    const script: Script = async (visit) => {
      await visit.toRunning();
      visit.streams[0]?.write(Buffer.alloc(1_500_000));
      await visit.expect(states.testEnd);
      await visit.takeResults();
      visit.sayResults();
      visit.say(states.displayResults);
    };
    const { end, error } = await measure(script, {
      direction: 'down',
      streams: 2,
      bytes: 1_500_000,
      seconds: 86_400,
      untimed: true,
    });
    expect(error).toBeUndefined();
    expect(end?.sums[0]?.received?.bytes).toBe(1_500_000);
  });

  it('goes both ways by two connections a stream, those that send first', async () => {
    const script: Script = async (visit) => {
      await visit.toRunning();
      const timer = setInterval(() => visit.streams[1]?.write(Buffer.alloc(1000)), 5);
      await visit.expect(states.testEnd);
      clearInterval(timer);
      const { streams } = await visit.takeResults();
      expect(streams[0]?.bytes).toBeGreaterThan(streams[1]?.bytes ?? 0);
      visit.sayResults();
      visit.say(states.displayResults);
    };
    const { end, error, server } = await measure(script, { direction: 'bidir' });
    expect(error).toBeUndefined();
    expect(server.failures).toEqual([]);
    expect(end?.sums.map(({ direction }) => direction)).toEqual(['up', 'down']);
    expect(end?.sums[1]?.received?.bytes).toBeGreaterThan(10_000);
  });

  it('gives the report of a server that is asked for it', async () => {
    const script: Script = async (visit) => {
      await visit.toEnd();
      await visit.takeResults();
      visit.sayResults({ server_output_json: { start: 1 } });
      visit.say(states.displayResults);
    };
    const { end } = await measure(script, { getServerOutput: true });
    expect(end).toMatchObject({ serverOutputJson: { start: 1 } });
    expect(end).not.toHaveProperty('serverOutput');
    const deep = `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`;
    for (const strange of [deep, '[]', '"text"']) {
      const odd: Script = async (visit) => {
        await visit.toEnd();
        await visit.takeResults();
        visit.sayResults({ server_output_json: JSON.parse(strange) });
        visit.say(states.displayResults);
      };
      expect((await measure(odd, { getServerOutput: true })).end).not.toHaveProperty('serverOutputJson');
    }
    // Some go on telling what the client before has asked for.
    expect((await measure(script)).end).not.toHaveProperty('serverOutputJson');
  });
});

const refusals: readonly [string, Script, string, number][] = [
  ['is busy', async (v) => v.say(states.accessDenied), 'is busy with another test: wait for it with --retry', 3],
  ['is no iperf3', async (v) => void v.control.write('HTTP/1.1 400\r\n\r\n'), 'does not answer as an iperf3 server', 3],
  ['hangs up at once', async (v) => void v.control.end(), 'closed the connection without an answer', 3],
  [
    'allows less time',
    afterParams((v) => v.control.write(errorFrame(37))),
    'allows shorter tests only (iperf3 error 37)',
    3,
  ],
  ['allows less rate', afterParams((v) => v.control.write(errorFrame(27))), '(iperf3 error 27): give less to -b', 3],
  [
    'tells one number only',
    afterParams((v) => v.control.end(errorFrame(142).subarray(0, 5))),
    'refused the login (iperf3 error 142)',
    3,
  ],
  ['has no word for it', afterParams((v) => v.control.end()), 'closed the connection when it was told what to do', 3],
  ['is stopped', afterParams((v) => v.say(states.serverTerminate)), 'was stopped before the end of the test', 4],
  ['skips a step', afterParams((v) => v.say(states.testRunning)), 'sent testRunning where createStreams was due', 4],
  ['sends what is no state', afterParams((v) => v.say(99)), 'sent the byte 99 where createStreams was due', 4],
  [
    'goes away once streams are there',
    async (v) => {
      await v.takeParams();
      await v.takeStreams(1);
      v.control.destroy();
    },
    'closed the connection before the test ran: it may allow a lower rate only',
    3,
  ],
  [
    'fails before it runs',
    async (v) => {
      await v.takeParams();
      await v.takeStreams(1);
      v.say(states.testStart);
      v.control.write(errorFrame(204, 13));
    },
    'could not take a connection for load (iperf3 error 204: permission denied)',
    4,
  ],
];

describe('before the test a server', () => {
  it.each(refusals)('that %s is told as that', async (_what, script, text, exit) => {
    const { error, start, server, ...told } = await measure(script);
    expect(error).toContain(text);
    expect(told.exit).toBe(exit);
    expect(start).toBeUndefined();
    await closed(server);
  });

  it.each([
    ['http', 'HTTP/1.1 502 Bad Gateway\r\n\r\n'],
    ['socks5h', '\x05\x00\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00'],
  ])('that a proxy does not reach is none of wperf: %s', async (scheme, answer) => {
    const port = await startScripted(onTestFinished, (socket) => socket.write(answer, 'latin1'));
    const proxy = `${scheme}://127.0.0.1:${port}`;
    const { error } = await collect(runClientPlan(clientPlan(9, { iperf3: {}, proxy })));
    expect(error).toMatch(/^proxy-failure: the proxy .*"iperf3 -s"/);
  });

  it('that is busy is asked again for as long as is said', async () => {
    const script: Script = (visit, visits) =>
      visits === 1 ? Promise.resolve(visit.say(states.accessDenied)) : whole(visit);
    const { error, end } = await measure(script, { iperf3: { retrySeconds: 5 } });
    expect(error).toBeUndefined();
    expect(end?.sums[0]?.received?.bytes).toBeGreaterThan(0);
  });

  it('that opens its port anew is asked again, too', async () => {
    const script: Script = async (visit, visits) => {
      if (visits === 2) visit.say(states.accessDenied);
      else if (visits === 4) await whole(visit);
      else visit.control.resetAndDestroy();
    };
    const { error } = await measure(script, { iperf3: { retrySeconds: 10 } });
    expect(error).toBeUndefined();
  });

  it('that never answers is none, however long it may be busy', async () => {
    let asked = 0;
    const script: Script = async (visit, visits) => {
      asked = visits;
      visit.control.destroy();
    };
    const { error } = await measure(script, { iperf3: { retrySeconds: 60 } });
    expect(error).toContain('without an answer');
    expect(asked).toBe(2);
  });

  it('that stays busy is given up in time', async () => {
    const begun = performance.now();
    const { error } = await measure(async (v) => v.say(states.accessDenied), { iperf3: { retrySeconds: 1.5 } });
    expect(error).toContain('is busy');
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  it('that is busy does not hold up an interruption', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort('interrupted'), 300);
    const { error } = await measure(
      async (v) => v.say(states.accessDenied),
      { iperf3: { retrySeconds: 60 } },
      { signal: stop.signal },
    );
    expect(error).toContain('interrupted');
  });
});

describe('during the test a server', () => {
  const during: readonly [string, (visit: Visit) => void, string, number][] = [
    ['is stopped', (v) => v.say(states.serverTerminate), 'was stopped before the end of the test', 4],
    ['fails', (v) => v.control.write(errorFrame(27)), '(iperf3 error 27)', 3],
    ['goes away', (v) => v.control.destroy(), 'closed the connection', 4],
    ['breaks off', (v) => v.control.resetAndDestroy(), 'broke the connection off', 4],
    ['ends what is not over', (v) => v.say(states.exchangeResults), 'sent exchangeResults where nothing was due', 4],
    ['says 255', (v) => v.say(states.accessDenied), 'is busy', 3],
    ['loses a stream', (v) => v.streams[0]?.resetAndDestroy(), 'a connection for load', 4],
  ];

  it.each(during)('that %s is told, with what was measured', async (_what, act, text, exit) => {
    const script: Script = async (visit) => {
      await visit.toRunning();
      setTimeout(() => act(visit), 250);
    };
    const { error, failure, server, ...told } = await measure(script, { seconds: 5 });
    expect(error).toContain(text);
    expect(told.exit).toBe(exit);
    expect(failure?.partial?.sums[0]?.sent?.bytes).toBeGreaterThan(0);
    const isSaid = failure?.partial?.warnings.some((text) => text.includes('that is stopped tells nothing more'));
    expect(isSaid).toBe(text.startsWith('was stopped'));
    await closed(server);
  });

  it('that says why on one connection, and cuts the other, is heard', async () => {
    const script: Script = async (visit) => {
      await visit.toRunning();
      setTimeout(() => {
        visit.streams[0]?.resetAndDestroy();
        visit.say(states.serverTerminate);
      }, 200);
    };
    expect((await measure(script, { seconds: 5 })).error).toContain('was stopped');
  });

  it('that loads one stream of two says nothing of what it has received of the other', async () => {
    const script: Script = async (visit) => {
      await visit.toRunning();
      const timer = setInterval(() => visit.streams[2]?.write(Buffer.alloc(1000)), 5);
      visit.control.once('close', () => clearInterval(timer));
    };
    const both = { direction: 'bidir', streams: 2, seconds: 60, silenceSeconds: 1 } as const;
    const { failure } = await measure(script, both);
    expect(failure?.error.line).toMatch(/no load arrived from .*MTU/);
    const up = failure?.partial?.streams.filter(({ direction }) => direction === 'up');
    expect(up?.map(({ received }) => received)).toEqual([null, null]);
  });

  it('is told of an interruption', async () => {
    const stop = new AbortController();
    let heard = 0;
    const script: Script = async (visit) => {
      await visit.toRunning();
      setTimeout(() => stop.abort('interrupted'), 200);
      heard = await visit.reader.readState(5);
    };
    const { end, error, server } = await measure(script, { seconds: 20, streams: 2 }, { signal: stop.signal });
    expect(error).toBeUndefined();
    expect(heard).toBe(states.clientTerminate);
    expect(end?.interrupted).toBe(true);
    expect(end?.sums[0]?.sent?.bytes).toBeGreaterThan(0);
    expect(end?.warnings).toContain(
      'A server of iperf3 tells nothing to a client that ends a test early: its figures are missing.',
    );
    await closed(server);
  });
});

describe('after the test a server', () => {
  const endings: readonly [string, (visit: Visit) => Promise<void>, string][] = [
    ['goes away', async (v) => void v.control.destroy(), 'closed the connection'],
    ['fails', async (v) => void v.control.write(errorFrame(144)), 'no load reached it (iperf3 error 144)'],
    [
      'goes away with the results',
      async (v) => {
        await v.takeResults();
        v.control.destroy();
      },
      'closed the connection',
    ],
    [
      'fails over the results',
      async (v) => {
        await v.takeResults();
        v.control.write(errorFrame(117));
      },
      'could not read the results (iperf3 error 117)',
    ],
    [
      'is stopped before it sends its results',
      async (v) => {
        await v.takeResults();
        v.say(states.serverTerminate);
      },
      'was stopped before the end of the test',
    ],
    [
      'sends results of a giant length',
      async (v) => {
        await v.takeResults();
        v.control.write(Buffer.of(0xff, 0xff, 0xff, 0xff));
      },
      'sent results of 4294967295 bytes',
    ],
    [
      'sends results that are none',
      async (v) => {
        await v.takeResults();
        v.control.write(Buffer.concat([Buffer.of(0, 0, 0, 1), Buffer.from('{')]));
      },
      'sent results as something that is no JSON',
    ],
    [
      'tells of a stream that nobody knows',
      async (v) => {
        await v.takeResults();
        v.sayResults({ streams: [{ id: 2, bytes: 1, retransmits: -1, jitter: 0, errors: 0, packets: 0 }] });
      },
      'the results cannot be: stream 2 is unknown',
    ],
  ];

  it.each(endings)('that %s is told, with what was measured', async (_what, act, text) => {
    const script: Script = async (visit) => {
      await visit.toEnd();
      await act(visit);
    };
    const { error, failure, exit, server } = await measure(script);
    expect(error).toContain(text);
    expect(error).toMatch(/127\.0\.0\.1:\d+/);
    expect(exit).toBe(4);
    expect(failure?.partial?.sums[0]?.sent?.bytes).toBeGreaterThan(0);
    await closed(server);
  });

  it('that dies once its results are there has served', async () => {
    const script: Script = async (visit) => {
      await visit.toEnd();
      await visit.takeResults();
      visit.sayResults();
      visit.control.end();
    };
    const { error, end } = await measure(script);
    expect(error).toBeUndefined();
    expect(end?.sums[0]?.received?.bytes).toBeGreaterThan(0);
  });

  it('of 3.1 tells neither times nor what was omitted', async () => {
    const script: Script = async (visit) => {
      await visit.toEnd();
      await visit.takeResults();
      visit.sayResults({ streams: [{ id: 1, bytes: 1000, retransmits: -1, jitter: 0, errors: 0, packets: 0 }] });
      visit.say(states.displayResults, states.serverError);
    };
    const { end, error } = await measure(script);
    expect(error).toBeUndefined();
    expect(end?.sums[0]?.received).toMatchObject({ bytes: 1000 });
    expect(end?.sums[0]?.received?.end).toBeGreaterThan(0.25);
  });
});

describeNeeding('an upload of which the server tells nothing', [systemCalls], () => {
  const endings: readonly [string, (visit: Visit, stop: AbortController) => void][] = [
    ['is interrupted', (_visit, stop) => stop.abort('interrupted')],
    ['loses its server', ({ control }) => control.destroy()],
    [
      'loses its server and its streams',
      ({ control, streams }) => {
        for (const socket of [...streams, control]) socket.destroy();
      },
    ],
  ];

  it.each(endings)('and that %s has had latency under load all the same', async (_what, act) => {
    const stop = new AbortController();
    const script: Script = async (visit) => {
      await visit.toRunning();
      setTimeout(() => act(visit, stop), 1500);
    };
    const { end, failure } = await measure(script, { seconds: 20, latency: true }, { signal: stop.signal });
    const { latency } = end ?? failure?.partial ?? {};
    expect(latency?.loadedUp?.samples).toBeGreaterThan(0);
    expect(latency?.grade).not.toBeNull();
  });
});

describeNeeding('an upload by bytes', [systemCalls], () => {
  it('has no wait for the server to read within the time of a test by bytes', async () => {
    const told = {
      id: 1,
      bytes: 100_000,
      retransmits: -1,
      jitter: 0,
      errors: 0,
      packets: 0,
      start_time: 0,
      end_time: 10,
    };
    const script: Script = async (visit) => {
      await visit.toEnd();
      await visit.takeResults();
      visit.sayResults({ streams: [told] });
      visit.say(states.displayResults);
    };
    const { end, error } = await measure(script, { bytes: 100_000, seconds: 86_400 });
    expect(error).toBeUndefined();
    expect(end?.sums[0]?.received?.end).toBeLessThanOrEqual(10 - iperf3.readingSeconds);
    expect(end?.sums[0]?.received?.end).toBeGreaterThan(9);
  });
});

describe('a server that falls silent', () => {
  const silences: readonly [string, Script, Partial<ClientPlan>, RegExp][] = [
    ['at once', async () => {}, {}, /did not send an answer within 10 s/],
    [
      'before the streams',
      async (v) => void (await v.takeParams()),
      {},
      /did not send an answer to what was asked for/,
    ],
    [
      'before it runs',
      (v) => v.takeParams().then(() => v.takeStreams(1)),
      {},
      /its word that the streams are there within/,
    ],
    [
      'over UDP, and goes on',
      (v) => v.takeParams().then(() => v.say(states.createStreams, states.testStart)),
      { mode: 'datagram', blockBytes: 1000 },
      /there is no answer to UDP|UDP is refused/,
    ],
    [
      'as a sender',
      (v) => v.toRunning(),
      { direction: 'down', silenceSeconds: 5, seconds: 60 },
      /no load arrived|nothing came/,
    ],
    ['at the end', (v) => v.toEnd(), {}, /did not send its word that it waits for the results within 15 s/],
    [
      'before its results',
      (v) => v.toEnd().then(() => void v.takeResults()),
      {},
      /did not send its results within 15 s/,
    ],
  ];

  it('is given up in time, at whatever step', async () => {
    const host = { ...nodeHost, clock: hurriedClock(10) };
    await Promise.all(
      silences.map(async ([what, script, changes, text]) => {
        const { error } = await measure(script, { bitsPerSecond: 1e6, ...changes }, { host });
        expect(error, what).toMatch(text);
      }),
    );
  });
});

describe('a login', () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const users = new Map([['mario', passwordDigest('mario', 'rossi')]]);
  const isRight = (token = '') => checkLogin(token, { key: pair.privateKey, users, nowSeconds: Date.now() / 1000 });

  it('is tried with the older padding where the newer is refused, by a word or without', async () => {
    const tokens: (string | undefined)[] = [];
    const script: Script = async (visit, visits, away) => {
      if (visits === 2) return whole(visit);
      const { authToken } = await visit.takeParams();
      tokens.push(authToken);
      // As stock servers do between two clients.
      away();
      visit.control.end();
    };
    const login = { username: 'mario', password: 'rossi', publicKey };
    const { error } = await measure(script, { iperf3: { login } });
    expect(error).toBeUndefined();
    expect(isRight(tokens[0])).toBe('mario');
  });

  it('that is refused twice is told', async () => {
    const script: Script = async (visit) => {
      await visit.takeParams();
      visit.control.end(errorFrame(142).subarray(0, 5));
    };
    const login = { username: 'mario', password: 'x', publicKey };
    const { error, exit } = await measure(script, { iperf3: { login } });
    expect(error).toContain('login-refused');
    expect(exit).toBe(3);
  });
});

describe('packets', () => {
  it.each([
    ['3.12', '36373839'],
    ['3.11', 'b168de3a'],
  ])('reach a server of %s', async (_version, reply) => {
    const socket = createSocket('udp4');
    onTestFinished(() => void socket.close());
    const script: Script = async (visit) => {
      const { port } = visit.control.address() as { port: number };
      socket.bind(port, '127.0.0.1');
      await once(socket, 'listening');
      const packets: Buffer[] = [];
      await visit.takeParams();
      // The first greeting is lost, and the second is not.
      let greetings = 0;
      socket.on('message', (bytes, from) => {
        if (bytes.length > 4) packets.push(bytes);
        else if (++greetings === 2) {
          expect(bytes.toString('hex')).toBe('39383736');
          socket.send(Buffer.from(reply, 'hex'), from.port, from.address);
          setTimeout(() => visit.say(states.testStart, states.testRunning), 50);
        }
      });
      visit.say(states.createStreams);
      await visit.expect(states.testEnd);
      visit.say(states.exchangeResults);
      const results = (await visit.reader.readJson(1e6, 5, 'results')) as { streams: { packets: number }[] };
      await vi.waitFor(() => expect(results.streams[0]?.packets).toBe(packets.length));
      expect(packets[0]?.readBigUInt64BE(8)).toBe(1n);
      const stream = { id: 1, bytes: 100 * packets.length, retransmits: -1, jitter: 0.001, errors: 2 };
      visit.streams.push(visit.control);
      visit.sayResults({ streams: [{ ...stream, packets: packets.length + 2 }] });
      visit.say(states.displayResults);
    };
    const changes = { mode: 'datagram', blockBytes: 100, bitsPerSecond: 80_000 } as const;
    const { end, error, start, server } = await measure(script, changes);
    expect(server.failures).toEqual([]);
    expect(error).toBeUndefined();
    expect(start).toMatchObject({ packets: 'real', transport: 'udp' });
    expect(end?.sums[0]?.packets).toMatchObject({ lost: 2, jitterMs: 1 });
  });

  it('counts packets that overtake the answer, and the word that the test runs', async () => {
    const socket = createSocket('udp4');
    onTestFinished(() => void socket.close());
    const codec = makePacketCodec(true);
    const script: Script = async (visit) => {
      const { port } = visit.control.address() as { port: number };
      socket.bind(port, '127.0.0.1');
      await once(socket, 'listening');
      await visit.takeParams();
      const greeted = once(socket, 'message');
      visit.say(states.createStreams);
      const [, client] = (await greeted) as [Buffer, { port: number; address: string }];
      const packets = [0, 1, 2].map((number) => {
        const packet = Buffer.alloc(100);
        codec.write(packet, { number, stampNs: number * 1e6 });
        return packet;
      });
      const send = (bytes: Buffer | undefined) => bytes && socket.send(bytes, client.port, client.address);
      send(packets[0]);
      send(Buffer.from('36373839', 'hex'));
      await new Promise((resolve) => setTimeout(resolve, 50));
      send(packets[1]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      visit.say(states.testStart, states.testRunning);
      send(packets[2]);
      await visit.expect(states.testEnd);
      visit.streams.push(visit.control);
      await visit.takeResults();
      visit.sayResults({ streams: [{ id: 1, bytes: 300, retransmits: -1, jitter: 0, errors: 0, packets: 3 }] });
      visit.say(states.displayResults);
    };
    const changes = { mode: 'datagram', direction: 'down', blockBytes: 100, bitsPerSecond: 80_000 } as const;
    const { end, error, server } = await measure(script, changes);
    expect(server.failures).toEqual([]);
    expect(error).toBeUndefined();
    expect(end?.sums[0]?.packets).toMatchObject({ packets: 3, lost: 0 });
    expect(end?.sums[0]?.received?.bytes).toBe(300);
  });
});

function afterParams(act: (visit: Visit) => unknown): Script {
  return async (visit) => {
    await visit.takeParams();
    act(visit);
  };
}

/** Nothing of the client's is left at the server. */
async function closed({ open }: FakeServer): Promise<void> {
  for (const socket of open) socket.resume();
  await expect.poll(() => open.size, { timeout: 3000 }).toBe(0);
}
