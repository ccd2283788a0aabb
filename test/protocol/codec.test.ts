import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bounds } from '../../src/defaults/index.js';
import { WperfError } from '../../src/errors.js';
import { decodeMessage, encodeMessage } from '../../src/protocol/codec.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import { hello } from '../support/hello.js';

const interval = { type: 'interval', index: 0, omitted: false, start: 1, end: 2, bytes: 0 };
const result = { type: 'result', cpu: { total: 1, user: 1, system: 0 }, busy: 0 };
const packets = { packets: 10, lost: 0, outOfOrder: 0, duplicates: 0, jitterMs: 0 };

const refusal = (text: string): string => {
  try {
    decodeMessage(text);
  } catch (error) {
    if (error instanceof WperfError && error.code === 'protocol-violation') return error.message;
    throw error;
  }
  return 'accepted';
};

describe('control messages', () => {
  it('survive the wire', () => {
    expect(decodeMessage(encodeMessage(hello))).toEqual(hello);
    const result: MessageOf<'result'> = {
      type: 'result',
      received: { start: 0, end: 10.01, bytes: 2 ** 40 },
      cpu: { total: 99.5, user: 20, system: 79.5 },
      busy: 0.97,
    };
    expect(decodeMessage(encodeMessage(result))).toEqual(result);
  });

  it('lose whatever could move the cursor of who reads them', () => {
    const sly = decodeMessage(JSON.stringify({ ...hello, software: 'w\u001b[2Jperf\u202e 1', title: 'a\nb' }));
    expect(sly).toMatchObject({ software: 'w [2Jperf  1', title: 'a b' });
  });

  it('lose keys that this version does not know', () => {
    expect(decodeMessage(JSON.stringify({ ...hello, later: 1, __proto__: { evil: 1 } }))).toEqual(hello);
  });

  it.each([
    ['{', 'the peer sent a control message that is not JSON'],
    ['[]', 'the peer sent a control message of no known type'],
    ['null', 'the peer sent a control message of no known type'],
    ['{"type":"toString"}', 'the peer sent a control message of no known type'],
    [JSON.stringify({ ...hello, streams: 129 }), 'a bad hello message: streams must be a whole number from 1 to 128'],
    [JSON.stringify({ ...hello, seconds: '10' }), 'a bad hello message: seconds must be a number from 0.1 to 86400'],
    [JSON.stringify({ ...hello, blockBytes: 1e9 }), 'blockBytes must be a whole number from 64 to 1048576'],
    [JSON.stringify({ ...hello, session: 'AB'.repeat(16) }), 'session must be 32 hexadecimal digits'],
    [JSON.stringify({ ...hello, direction: 'sideways' }), 'direction must be one of up, down, bidir'],
    [JSON.stringify({ ...hello, bytes: 0 }), 'bytes must be a whole number from 1 to'],
    [JSON.stringify({ ...hello, title: 'x'.repeat(1025) }), 'title must be text of at most 1024 characters'],
    [JSON.stringify({ ...hello, token: 'secret' }), 'token must be true or false'],
    ['{"type":"result","cpu":[],"busy":0}', 'a bad result message: cpu must be an object'],
    ['{"type":"result","cpu":{"total":1e999,"user":0,"system":0},"busy":0}', 'cpu.total must be a number'],
    [JSON.stringify({ ...interval, end: 0.5 }), 'a bad interval message: start must be at most end'],
    [JSON.stringify({ ...result, sent: { start: 2, end: 1, bytes: 0 } }), 'sent.start must be at most end'],
    [JSON.stringify({ ...interval, packets: { ...packets, lost: 11 } }), 'packets.lost must be at most packets'],
    [`"${'x'.repeat(bounds.controlBytes)}"`, 'a control message of'],
  ])('that are wrong are refused by field and rule: %.60s', (text, rule) => {
    expect(refusal(text)).toContain(rule);
  });

  it('of any JSON at all are decoded or refused, never anything else', () => {
    fc.assert(fc.property(fc.json(), (text) => refusal(text).length > 0));
    const mutated = fc.record({ key: fc.constantFrom(...Object.keys(hello)), value: fc.jsonValue() });
    fc.assert(fc.property(mutated, ({ key, value }) => refusal(JSON.stringify({ ...hello, [key]: value })).length > 0));
  });
});
