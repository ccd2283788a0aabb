import { describe, expect, test } from 'vitest';
import { portProgram } from '../../../src/trace/linux/raw-filter.js';
import { checksum } from '../../../src/trace/packet/checksum.js';
import { type Flow, icmpFlow, tcpFlow, udpFlow } from '../../../src/trace/packet/flow.js';

const cookie = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const ends = { sourceIp: '192.0.2.1', destinationIp: '198.51.100.7', source: 40_000, destination: 80 };

describe('UDP', () => {
  const ports = { source: 40_000, destination: 33_434 };

  function header(length: number, { source, destination } = ports): Uint8Array {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt16BE(source, 0);
    bytes.writeUInt16BE(destination, 2);
    bytes.writeUInt16BE(length, 4);
    return bytes;
  }

  test('the length tells the probe', () => {
    const flow = udpFlow(ports);
    const lengths = Array.from({ length: 90 }, (_, id) => flow.packet(id).length);
    expect(new Set(lengths).size).toBe(90);
    for (const [id, length] of lengths.entries()) expect(flow.idOfQuoted(header(length + 8))).toBe(id);
  });

  test('a length used again is the latest probe of it, and packets stay small', () => {
    const flow = udpFlow(ports);
    const [first, again] = [flow.packet(3), flow.packet(3 + 512)];
    expect(again.length).toBe(first.length);
    expect(flow.idOfQuoted(header(8 + first.length))).toBe(3 + 512);
    expect(flow.packet(511).length).toBeLessThan(600);
  });

  test.each([
    ['another source port', header(20, { ...ports, source: 1 })],
    ['another destination port', header(20, { ...ports, destination: 1 })],
    ['a length never sent', header(21)],
    ['ports cut off', header(20).subarray(0, 5)],
  ])('%s is not ours', (_, transport) => {
    const flow = udpFlow(ports);
    flow.packet(0);
    expect(flow.idOfQuoted(header(20))).toBe(0);
    expect(flow.idOfQuoted(transport)).toBeUndefined();
  });
});

describe('ICMP', () => {
  test.each([4, 6] as const)('IPv%i: the first eight bytes differ in the sequence number only', (family) => {
    const flow = icmpFlow(family, 0x1234, cookie);
    const [one, other] = [flow.packet(1), flow.packet(60_000)];
    expect(one.subarray(0, 6)).toEqual(other.subarray(0, 6));
    expect(flow.idOfQuoted(one.subarray(0, 8))).toBe(1);
    expect(flow.idOfQuoted(other)).toBe(60_000);
  });

  test('the checksum holds, and stays one under the pseudo header of IPv6', () => {
    expect(checksum(icmpFlow(4, 0x1234, cookie).packet(77))).toBe(0);
    const flow = icmpFlow(6, 0x1234, cookie);
    expect(checksum(flow.packet(1))).toBe(checksum(flow.packet(40_000)));
  });

  test('an echo reply is ours by identifier and cookie', () => {
    const flow = icmpFlow(4, 0x1234, cookie);
    const replyTo = (packet: Buffer) => Buffer.concat([Uint8Array.of(0), packet.subarray(1)]);
    expect(flow.idOfAnswer(replyTo(flow.packet(5)))).toBe(5);
    expect(flow.idOfAnswer(replyTo(icmpFlow(4, 0x1235, cookie).packet(5)))).toBeUndefined();
    expect(flow.idOfAnswer(replyTo(icmpFlow(4, 0x1234, new Uint8Array(8)).packet(5)))).toBeUndefined();
    expect(flow.idOfAnswer(replyTo(flow.packet(5)).subarray(0, 20))).toBeUndefined();
    expect(flow.idOfAnswer(flow.packet(5))).toBeUndefined();
  });

  test('a quoted ping with our identifier and enough payload is told apart', () => {
    const flow = icmpFlow(4, 0x1234, cookie);
    expect(flow.idOfQuoted(icmpFlow(4, 0x1234, new Uint8Array(8)).packet(5))).toBeUndefined();
  });
});

describe('TCP', () => {
  function answer(flags: number, acknowledged: number, ports = { source: 80, destination: 40_000 }): Buffer {
    const bytes = Buffer.alloc(20);
    bytes.writeUInt16BE(ports.source, 0);
    bytes.writeUInt16BE(ports.destination, 2);
    bytes.writeUInt32BE(acknowledged, 8);
    bytes.writeUInt8(flags, 13);
    return bytes;
  }

  function flowAfter(firstSequence: number, probes: number): Flow {
    const flow = tcpFlow(ends, firstSequence);
    for (let id = 0; id < probes; id++) flow.packet(id);
    return flow;
  }

  test('the sequence number tells the probe, around the end of its range too', () => {
    const flow = flowAfter(0xffff_fffe, 4);
    for (const id of [0, 1, 2, 3]) expect(flow.idOfQuoted(flow.packet(id).subarray(0, 8))).toBe(id);
    expect(flow.idOfAnswer(answer(0x12, 0xffff_ffff))).toBe(0);
    expect(flow.idOfAnswer(answer(0x14, 1))).toBe(2);
  });

  test('a SYN with a true checksum', () => {
    const segment = tcpFlow(ends, 1).packet(0);
    const pseudo = Uint8Array.of(192, 0, 2, 1, 198, 51, 100, 7, 0, 6, 0, segment.length);
    expect(checksum(pseudo, segment)).toBe(0);
    expect(segment[13]).toBe(2);
  });

  test.each([
    ['an acknowledgement alone', answer(0x10, 1001)],
    ['a reset without acknowledgement', answer(0x04, 1001)],
    ['an acknowledgement of what was not sent', answer(0x12, 1003)],
    ['other ports', answer(0x12, 1001, { source: 81, destination: 40_000 })],
    ['a segment cut short', answer(0x12, 1001).subarray(0, 19)],
  ])('%s answers no probe', (_, segment) => {
    const flow = flowAfter(1000, 2);
    expect(flow.idOfAnswer(answer(0x12, 1001))).toBe(0);
    expect(flow.idOfAnswer(segment)).toBeUndefined();
  });
});

test('the port filter of IPv4 finds the ports behind IP options', () => {
  const [load, source] = portProgram(4, { source: 80, destination: 40_000 });
  expect(load).toEqual([0xb1, 0, 0, 0]);
  expect(source).toEqual([0x48, 0, 0, 0]);
  expect(portProgram(6, { source: 80, destination: 40_000 })[0]).toEqual([0x01, 0, 0, 0]);
});
