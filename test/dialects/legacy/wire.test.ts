import { describe, expect, it } from 'vitest';
import { numberEach, openingText, parseOpening, pongTo } from '../../../src/dialects/legacy/wire/wire.js';
import { FrameBatch, headerBytes } from '../../../src/transport/ws/frames.js';

describe('an opening', () => {
  it.each([
    ['UDP', { kind: 'udp' }],
    ['UPLOAD', { kind: 'load', direction: 'up', simulation: {} }],
    ['REVERSE', { kind: 'load', direction: 'down', simulation: {} }],
    ['BIDIR', { kind: 'load', direction: 'bidir', simulation: {} }],
    ['{"command":"ping"}', { kind: 'ping' }],
    ['{"command":"reverse_traceroute"}', { kind: 'traceroute' }],
    ['{"mode":"reverse"}', { kind: 'load', direction: 'down', simulation: {} }],
    [
      '{"mode":"upload","simulation_options":{"sim_mtu":1400,"sim_loss":0.5,"sim_latency":null,"new":1}}',
      { kind: 'load', direction: 'up', simulation: { sim_mtu: 1400, sim_loss: 0.5 } },
    ],
  ])('%s', (text, expected) => {
    expect(parseOpening(text)).toEqual(expected);
  });

  it.each(['up', 'down', 'bidir'] as const)('of our own for %s is one', (direction) => {
    const simulation = { sim_tcp_nodelay: false };
    expect(parseOpening(openingText({ mode: 'throughput', direction }))).toEqual({
      kind: 'load',
      direction,
      simulation,
    });
  });

  it('of our own for packets is one', () => {
    expect(parseOpening(openingText({ mode: 'datagram', direction: 'up' }))).toEqual({ kind: 'udp' });
  });

  it.each(['sesame', '', 'upload', 'constructor', '42', 'null', '"UDP"', '{'])('%j is none', (text) => {
    expect(parseOpening(text)).toBeUndefined();
  });

  it.each([
    ['{}', 'unknown mode'],
    ['[]', 'unknown mode'],
    ['{"mode":"constructor"}', 'unknown mode'],
    ['{"mode":"upload","simulation_options":7}', 'simulation_options must be an object'],
    ['{"mode":"upload","simulation_options":{"sim_mtu":1048569}}', 'sim_mtu must be a whole number from 0 to 1048568'],
    ['{"mode":"upload","simulation_options":{"sim_mtu":-1}}', 'sim_mtu must be'],
    ['{"mode":"upload","simulation_options":{"sim_loss":"much"}}', 'sim_loss must be'],
  ])('%s is refused', (text, reason) => {
    expect(() => parseOpening(text)).toThrow(reason);
  });
});

describe('a ping', () => {
  it.each([
    ['{"type":"ping","seq":0}', '{"type":"pong","seq":0}'],
    ['{"type":"ping","seq":9007199254740991,"more":1}', '{"type":"pong","seq":9007199254740991}'],
    ['{"type":"ping","seq":-1}', undefined],
    ['{"type":"ping","seq":"x"}', undefined],
    ['{"type":"pong","seq":1}', undefined],
    ['null', undefined],
  ])('%s is answered %s', (text, pong) => {
    expect(pongTo(text)).toBe(pong);
  });
});

describe.each([false, true])('numbered frames, masked %s', (masked) => {
  it('count on through batches of any length', () => {
    const batch = new FrameBatch(100, 4, masked, numberEach());
    const frameBytes = headerBytes(100, masked) + 100;
    const seen: bigint[] = [];
    for (const bytes of [100, 300, 400, 150]) {
      const run = batch.take(bytes);
      for (let at = 0; at < run.length; at += frameBytes) seen.push(numberIn(run.subarray(at), masked));
    }
    expect(seen).toEqual([0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n]);
  });
});

/** The first eight payload bytes of a frame with a short header, unmasked. */
function numberIn(frame: Buffer, masked: boolean): bigint {
  const payload = Buffer.from(frame.subarray(masked ? 6 : 2, masked ? 14 : 10));
  for (let i = 0; masked && i < 8; i++) payload[i] = (payload[i] ?? 0) ^ (frame[2 + (i % 4)] ?? 0);
  return payload.readBigUInt64BE();
}
