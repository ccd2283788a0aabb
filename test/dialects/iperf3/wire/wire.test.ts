/** What iperf3's two ends write: parameters, results, states, numbers of streams and headers of packets. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { COOKIE_BYTES, cookieText, makeCookie } from '../../../../src/dialects/iperf3/wire/cookie.js';
import { streamIdAt, streamIds } from '../../../../src/dialects/iperf3/wire/ids.js';
import { makePacketCodec } from '../../../../src/dialects/iperf3/wire/packet-codec.js';
import { type Params, readParams, writeParams } from '../../../../src/dialects/iperf3/wire/params.js';
import { type Results, readResults, writeResults } from '../../../../src/dialects/iperf3/wire/results.js';
import {
  errorNumbers,
  ParamsRefusal,
  serverError,
  stateName,
  states,
} from '../../../../src/dialects/iperf3/wire/states.js';
import { exitCode, WperfError } from '../../../../src/errors.js';

const plain: Params = { protocol: 'tcp', omitSeconds: 0, seconds: 10, parallel: 1, reverse: false, bidir: false };

describe('numbers of streams', () => {
  it('leaves out 2', () => {
    expect(streamIds(4)).toEqual([1, 3, 4, 5]);
    expect(streamIdAt(127)).toBe(129);
  });
});

describe('the cookie', () => {
  it('is 36 letters and digits of base32, and a closing byte', () => {
    const cookie = makeCookie();
    expect(cookie).toHaveLength(COOKIE_BYTES);
    expect(cookie.toString('latin1')).toMatch(/^[a-z2-7]{36}\0$/);
    expect(cookieText(cookie)).toBe(cookie.toString('latin1', 0, 36));
  });

  it('of old versions is safe to print', () => {
    expect(cookieText(Buffer.from('host.1\x1b[31m.22\0rest'))).toBe('host.1?[31m.22');
  });
});

describe('parameters', () => {
  it('are read as they were written', () => {
    const all: Params = {
      ...{ protocol: 'udp', omitSeconds: 1, seconds: 0, bytes: 5, blocks: 7, parallel: 3, reverse: true, bidir: true },
      ...{ blockBytes: 1400, bitsPerSecond: 0, fqRate: 8, pacingTimerUs: 1000, burst: 10, mssBytes: 1000 },
      ...{ windowBytes: 65_536, noDelay: true, tos: 40, congestion: 'cubic', title: 'a', extraData: 'b' },
      ...{ getServerOutput: true, wideCounters: true, repeatingPayload: true, dontFragment: true },
      ...{ authToken: 'abc=', clientVersion: '3.12' },
    };
    expect(readParams(JSON.parse(JSON.stringify(writeParams(all))))).toEqual(all);
    expect(readParams(writeParams(plain))).toEqual(plain);
  });

  it('always hold what iperf3 always sends, and 1 where it sends 1', () => {
    expect(writeParams(plain)).toEqual({ tcp: true, omit: 0, time: 10, num: 0, blockcount: 0, parallel: 1 });
    expect(writeParams({ ...plain, getServerOutput: true, wideCounters: true })).toMatchObject({
      get_server_output: 1,
      udp_counters_64bit: 1,
    });
  });

  it('of a wrong type are passed over, as unknown ones are', () => {
    const odd = { tcp: true, time: '10', parallel: null, title: 7, congestion: 'a b; rm', MSS: {}, x: 1, nodelay: 1 };
    expect(readParams(odd)).toEqual({ ...plain, seconds: 0, noDelay: true });
  });

  it.each([
    [{ omit: 601 }, errorNumbers.badOmit],
    [{ time: -1 }, errorNumbers.badTime],
    [{ time: 86_401 }, errorNumbers.badTime],
    [{ parallel: 0 }, errorNumbers.badStreams],
    [{ parallel: 129 }, errorNumbers.badStreams],
    [{ len: 0 }, errorNumbers.badBlock],
    [{ len: 2 ** 21 }, errorNumbers.badBlock],
    [{ udp: true, len: 15 }, errorNumbers.badUdpBlock],
    [{ udp: true, len: 65_508 }, errorNumbers.badUdpBlock],
    [{ window: 2 ** 30 }, errorNumbers.badWindow],
    [{ MSS: 40_000 }, errorNumbers.badMss],
    [{ burst: 1001 }, errorNumbers.badBurst],
    [{ TOS: 256 }, errorNumbers.badTos],
    [[], errorNumbers.badParams],
    [null, errorNumbers.badParams],
  ])('%j are refused as error %i', (value, number) => {
    expect(refusalOf(() => readParams(value))).toBe(number);
  });

  it('whatever they are, are read or refused, and nothing else', () => {
    const keys = Object.keys(writeParams({ ...plain, title: 'a', congestion: 'b', blockBytes: 1, authToken: 'c' }));
    for (let i = 0; i < 3000; i++) {
      const value = Object.fromEntries([...keys, '__proto__', 'len', 'window'].map((key) => [key, oddValue(i)]));
      const read = outcomeOf(() => readParams(value));
      if (read instanceof Error) expect(read).toBeInstanceOf(ParamsRefusal);
      else for (const each of Object.values(read)) expect(Number.isNaN(each)).toBe(false);
    }
  });
});

describe('results', () => {
  const whole: Results = {
    cpu: { total: 3.5, user: 1, system: 2.5 },
    senderHasRetransmits: 1,
    congestion: 'cubic',
    serverOutputText: 'text',
    serverOutputJson: { start: {} },
    streams: [
      { id: 1, bytes: 5, retransmits: 2, ...figures(0.001, 1, 9), omittedErrors: 0, omittedPackets: 3, ...span(0, 2) },
      { id: 3, bytes: 0, ...figures(0, 0, 0), omittedErrors: 0, omittedPackets: 0, ...span(0, 0) },
    ],
  };

  it('are read as they were written', () => {
    expect(readResults(JSON.parse(JSON.stringify(writeResults(whole))), [1, 3])).toEqual(whole);
  });

  it('of versions before 3.2 and 3.14 tell less', () => {
    const [stream] = writeResults(whole).streams as Record<string, unknown>[];
    const { start_time: _a, end_time: _b, omitted_errors: _c, ...old } = stream ?? {};
    const read = readResults({ ...writeResults(whole), streams: [old] }, [1]);
    expect(read.streams[0]).toEqual({ id: 1, bytes: 5, retransmits: 2, ...figures(0.001, 1, 9) });
  });

  it.each([-1, 2 ** 64, 2 ** 32 - 1])('tell by %d that there are no retransmissions', (none) => {
    const streams = [{ ...wireStream(), retransmits: none }];
    const read = readResults({ ...writeResults(whole), sender_has_retransmits: none, streams }, [1]);
    expect(read.senderHasRetransmits).toBe(-1);
    expect(read.streams[0]).not.toHaveProperty('retransmits');
  });

  it.each([
    ['a stream that nobody knows', { streams: [{ ...wireStream(), id: 2 }] }],
    ['a stream told twice', { streams: [wireStream(), wireStream()] }],
    ['no streams', { streams: undefined }],
    ['a figure of a wrong type', { cpu_util_total: '1' }],
    ['a stream without its packets', { streams: [{ ...wireStream(), packets: undefined }] }],
    ['bytes below nothing', { streams: [{ ...wireStream(), bytes: -1 }] }],
  ])('with %s are none', (_what, odd) => {
    const error = outcomeOf(() => readResults({ ...writeResults(whole), streams: [], ...odd }, [1, 3]));
    expect(error).toMatchObject({ code: 'protocol-violation' });
  });

  it('name what a figure without bounds must be', () => {
    const error = outcomeOf(() => readResults({ ...writeResults(whole), sender_has_retransmits: 'none' }, [1, 3]));
    expect(error).toMatchObject({ message: 'the results cannot be: sender_has_retransmits must be a number' });
  });

  it('whatever they are, are read or refused, and nothing else', () => {
    const keys = Object.keys(writeResults(whole));
    for (let i = 0; i < 3000; i++) {
      const value = Object.fromEntries(keys.map((key) => [key, oddValue(i)]));
      const read = outcomeOf(() => readResults(i % 7 === 0 ? oddValue(i) : value, [1, 3]));
      if (read instanceof Error) expect(read).toMatchObject({ code: 'protocol-violation' });
    }
  });
});

describe('the header of a packet', () => {
  it.each([true, false])('with wide counters %s holds time and number', (isWide) => {
    const head = Buffer.alloc(16, 0xaa);
    makePacketCodec(isWide).write(head, { number: 0, stampNs: 12_345_678_901_234 });
    expect(head.toString('hex')).toBe(`00003039000a5bf5${isWide ? '0000000000000001' : '00000001aaaaaaaa'}`);
    expect(makePacketCodec(isWide).read(head)).toEqual({ number: 0, stampNs: 12_345_678_901_000 });
  });

  it('of 32 bits begins anew after 2^32, and is read on', () => {
    const [writer, reader, head] = [makePacketCodec(false), makePacketCodec(false), Buffer.alloc(12)];
    for (const number of [0, 2 ** 30, 2 ** 31, 3 * 2 ** 30, 2 ** 32 - 2, 2 ** 32, 2 ** 32 - 1, 2 ** 32 + 1]) {
      writer.write(head, { number, stampNs: 0 });
      expect(reader.read(head)?.number).toBe(number);
    }
  });

  it('cut short, or with the number 0, is none', () => {
    expect(makePacketCodec(true).read(Buffer.alloc(15, 1))).toBeUndefined();
    expect(makePacketCodec(false).read(Buffer.alloc(11, 1))).toBeUndefined();
    expect(makePacketCodec(true).read(Buffer.alloc(16))).toBeUndefined();
  });
});

describe('errors of a server', () => {
  it.each([
    [errorNumbers.tooLong, 3],
    [errorNumbers.tooMuchRate, 3],
    [errorNumbers.notAuthorized, 3],
    [errorNumbers.busy, 3],
    [errorNumbers.smallWindow, 3],
    [errorNumbers.unsetWindow, 3],
    [errorNumbers.unsetTos, 3],
    [errorNumbers.unsetMss, 3],
    [errorNumbers.unsetCongestion, 3],
    [errorNumbers.badFragment, 3],
    [errorNumbers.noProtocol, 3],
    [errorNumbers.noMessage, 4],
    [errorNumbers.overTime, 4],
    [9999, 4],
  ])('%i has exit code %i', (number, code) => {
    const error = serverError(number, 0, 'server:5201');
    expect(error.message).toMatch(new RegExp(`^server:5201 .*\\(iperf3 error ${number}\\)$`));
    expect(exitCode(error.code)).toBe(code);
  });

  it.each([
    [
      37,
      'allows shorter tests only (iperf3 error 37): give less to -t/--time, -O/--omit and -n/--bytes, and -t/--time where it is left out',
    ],
    [141, 'is given a smaller window by its kernel (iperf3 error 141): give less to -w/--window'],
    [134, 'has no such congestion control (iperf3 error 134): give another to -C/--congestion'],
    [145, 'cannot keep packets in one piece (iperf3 error 145): leave --dont-fragment away'],
  ])('%i of an option names the flag', (number, line) => {
    expect(serverError(number, 0, 's').line).toBe(`s ${line}`);
  });

  it('name what its system said', () => {
    expect(serverError(205, 104, 's').message).toBe(
      's could not write to a connection for load (iperf3 error 205: connection reset by peer)',
    );
    expect(serverError(205, -7, 's').message).not.toContain(':');
  });

  it('know the states', () => {
    expect(stateName(states.testEnd)).toBe('testEnd');
    expect(stateName(77)).toBeUndefined();
  });
});

function figures(jitterSeconds: number, errors: number, packets: number) {
  return { jitterSeconds, errors, packets };
}

function span(startSeconds: number, endSeconds: number) {
  return { startSeconds, endSeconds };
}

function wireStream() {
  return { id: 1, bytes: 1, retransmits: -1, jitter: 0, errors: 0, packets: 0 };
}

function outcomeOf<T>(run: () => T): T | Error {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

function refusalOf(run: () => unknown): number | undefined {
  const error = outcomeOf(run);
  expect(error).toBeInstanceOf(WperfError);
  return (error as ParamsRefusal).number;
}

/** One of many kinds of value, by chance. */
function oddValue(i: number): unknown {
  const [kind = 0, size = 0] = randomBytes(2);
  const values = [true, false, null, undefined, size - 128, size * 2 ** 50, -0.5, '', 'x'.repeat(size), [], [{}], {}];
  values.push(1e308, -1e308, Number.NaN, [wireStream()], { length: 1e9 }, '\u001b[2J', i);
  return values[kind % values.length];
}
