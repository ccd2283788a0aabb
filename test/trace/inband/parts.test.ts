import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InbandFlow } from '../../../src/trace/inband/flow.js';
import { openInband } from '../../../src/trace/inband/prober.js';
import { inbandTrace } from '../../../src/trace/inband/trace.js';
import { errorAbout } from '../../../src/trace/packet/flow-match.js';
import { isAfter, parseTcpSegment } from '../../../src/trace/packet/tcp-segment.js';
import { parseTcpState } from '../../../src/trace/packet/tcp-state.js';
import { channelPair } from '../../support/channel-pair.js';

const ports = { source: 8765, destination: 40_000 };

interface Fields {
  readonly source?: number;
  readonly destination?: number;
  readonly sequence?: number;
  readonly acknowledged?: number;
  readonly headerBytes?: number;
  readonly flags?: number;
}

/** A segment of the peer, unless the fields say otherwise. */
function segment(fields: Fields, payloadBytes = 0): Buffer {
  const { headerBytes = 32, flags = 0x10 } = fields;
  const bytes = Buffer.alloc(headerBytes + payloadBytes);
  bytes.writeUInt16BE(fields.source ?? ports.destination, 0);
  bytes.writeUInt16BE(fields.destination ?? ports.source, 2);
  bytes.writeUInt32BE(fields.sequence ?? 0, 4);
  bytes.writeUInt32BE(fields.acknowledged ?? 0, 8);
  bytes.writeUInt8((headerBytes / 4) << 4, 12);
  bytes.writeUInt8(flags, 13);
  return bytes;
}

/** What a router quotes of a segment of this machine's. */
const quoted = (sequence: number) => segment({ ...ports, sequence }).subarray(0, 8);

/** IPv4 time exceeded that quotes a segment to 198.51.100.7. */
function timeExceeded(transport: Uint8Array): Buffer {
  const header = Buffer.from('450000340000000001060000c0000201c6336407', 'hex');
  return Buffer.concat([Buffer.from('0b00000000000000', 'hex'), header, transport]);
}

function flowAt(acknowledged: number): InbandFlow {
  const flow = new InbandFlow(ports);
  flow.hear(segment({ acknowledged }));
  return flow;
}

describe('a flow in band', () => {
  test('each probe begins at the number that the peer acknowledged last', () => {
    const flow = flowAt(1000);
    flow.sending(0);
    flow.hear(segment({ acknowledged: 1010 }));
    flow.sending(1);
    expect([1000, 1010].map((sequence) => flow.idOfQuoted(quoted(sequence)))).toEqual([0, 1]);
  });

  test('numbers go round', () => {
    const flow = flowAt(0xffff_fffb);
    flow.sending(0);
    flow.hear(segment({ acknowledged: 5 }));
    flow.sending(1);
    expect(flow.idOfQuoted(quoted(0xffff_fffb))).toBe(0);
    expect(flow.idOfQuoted(quoted(5))).toBe(1);
  });

  test.each([
    ['another sequence number', quoted(1001)],
    ['another source port', segment({ ...ports, source: 1, sequence: 1000 })],
    ['another destination port', segment({ ...ports, destination: 1, sequence: 1000 })],
    ['the way back', segment({ sequence: 1000 })],
    ['seven bytes', quoted(1000).subarray(0, 7)],
  ])('%s is no probe', (_, transport) => {
    const flow = flowAt(1000);
    flow.sending(0);
    expect(flow.idOfQuoted(quoted(1000))).toBe(0);
    expect(flow.idOfQuoted(transport)).toBeUndefined();
  });

  test('a pong is data that acknowledges the latest probe', () => {
    const flow = flowAt(1000);
    expect(flow.hear(segment({ acknowledged: 1000 }, 10))).toBe(false);
    flow.sending(0);
    expect(flow.hear(segment({ acknowledged: 1000 }, 10))).toBe(false);
    expect(flow.hear(segment({ acknowledged: 1010 }))).toBe(false);
    expect(flow.hear(segment({ acknowledged: 1010 }, 10))).toBe(true);
    flow.sending(1);
    expect(flow.hear(segment({ acknowledged: 1010 }, 10))).toBe(false);
  });

  test.each([
    ['an older acknowledgement', { acknowledged: 990 }],
    ['an acknowledgement of what was never sent', { acknowledged: 1000 + 2 ** 20 }],
    ['no acknowledgement', { acknowledged: 1010, flags: 0 }],
    ['another port', { acknowledged: 1010, source: 1 }],
  ])('%s does not move it', (_, fields) => {
    const flow = flowAt(1000);
    flow.hear(segment(fields));
    flow.sending(7);
    expect(flow.idOfQuoted(quoted(1000))).toBe(7);
  });

  test('nothing can be sent before the peer was heard', () => {
    const flow = new InbandFlow(ports);
    expect(flow.isKnown).toBe(false);
    expect(() => flow.sending(0)).toThrow('nothing was heard');
    flow.hear(segment({ acknowledged: 0 }));
    expect(flow.isKnown).toBe(true);
  });
});

describe('whatever arrives', () => {
  const lies = fc.array(fc.tuple(fc.nat(99), fc.nat(255)), { maxLength: 6 });

  function changed(bytes: Uint8Array, changes: readonly (readonly [number, number])[], length: number): Uint8Array {
    const copy = Uint8Array.from(bytes).slice(0, length);
    for (const [index, value] of changes) if (index < copy.length) copy[index] = value;
    return copy;
  }

  test('segments cut anywhere and with lying bytes', () => {
    fc.assert(
      fc.property(lies, fc.nat(60), (changes, length) => {
        const bytes = changed(segment({ acknowledged: 1010 }, 12), changes, length);
        const parsed = parseTcpSegment(bytes);
        if (bytes.length < 20) expect(parsed).toBeUndefined();
        if (parsed) expect(parsed.payloadBytes).toBeLessThanOrEqual(bytes.length - 20);
        flowAt(1000).hear(bytes);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['a header of four words', { headerBytes: 32 }, 0x40],
    ['a header beyond the end', { headerBytes: 32 }, 0xf0],
  ])('%s is no segment', (_, fields, lie) => {
    const bytes = segment(fields);
    bytes.writeUInt8(lie, 12);
    expect(parseTcpSegment(bytes)).toBeUndefined();
  });

  test('errors cut anywhere and with lying bytes are about this probe or about none', () => {
    const target = { ip: '198.51.100.7', family: 4, scopeId: 0 } as const;
    const flow = flowAt(1000);
    flow.sending(3);
    const whole = timeExceeded(quoted(1000));
    expect(errorAbout(flow, target, whole)).toMatchObject({ id: 3, kind: 'time-exceeded' });
    fc.assert(
      fc.property(lies, fc.nat(40), (changes, length) => {
        const finding = errorAbout(flow, target, changed(whole, changes, length));
        if (finding) expect(finding.id).toBe(3);
        if (length < whole.length) expect(finding).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  test('a state as long as old kernels tell is none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(parseTcpState(Buffer.from(bytes)) === undefined).toBe(bytes.length < 148);
      }),
    );
    const info = Buffer.alloc(232);
    info.writeUInt32LE(2, 24);
    info.writeUInt32LE(7, 100);
    info.writeUInt32LE(10, 144);
    expect(parseTcpState(info)).toEqual({ unackedSegments: 2, unsentBytes: 10, retransmits: 7 });
  });
});

test('one number is after another by less than half of their range', () => {
  fc.assert(
    fc.property(fc.nat(0xffff_ffff), fc.integer({ min: 1, max: 2 ** 31 - 1 }), (from, by) => {
      expect(isAfter((from + by) >>> 0, from)).toBe(true);
      expect(isAfter(from, (from + by) >>> 0)).toBe(false);
    }),
  );
  expect(isAfter(5, 5)).toBe(false);
});

describe('a connection that has no descriptor', () => {
  test('cannot be traced along, and one line says why', async () => {
    const { client, server } = await channelPair();
    await expect(openInband(server, () => {})).rejects.toMatchObject({
      code: 'trace-unavailable',
      message: 'no in-band probes from here (the connection has no descriptor of its own)',
    });
    client.drop();
  });

  test.each([
    [{ queries: 4 }, 'queries 4 is not a number from 1 to 3'],
    [{ firstHop: 31 }, 'firstHop 31 is not a whole number from 1 to 30'],
    [{ timeoutSeconds: 0 }, 'timeoutSeconds 0 is not a number from 0.05 to 60'],
  ])('%j is refused before anything is opened', async (options, message) => {
    const { client, server } = await channelPair();
    await expect(inbandTrace(server, options).next()).rejects.toMatchObject({ code: 'usage', message });
    client.drop();
  });
});
