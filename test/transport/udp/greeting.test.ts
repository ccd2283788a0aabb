/** The datagrams that prove an address: as they are on the wire, and what is made of those that are none. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/transport/simulated/random.js';
import { Cookies } from '../../../src/transport/udp/cookies.js';
import { cookieOf, greeting, keyOfGreeting, pairOf, readGreeting } from '../../../src/transport/udp/greeting.js';
import { FakeClock } from '../../support/fake-clock.js';

const key = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const cookie = Buffer.from('f0e1d2c3b4a5968778695a4b3c2d1e0f', 'hex');

describe('a greeting', () => {
  test.each([
    ['open', key, `77706572662e753101${key.toString('hex')}`],
    ['challenge', cookie, `77706572662e753102${cookie.toString('hex')}`],
    ['prove', Buffer.concat([key, cookie]), `77706572662e753103${key.toString('hex')}${cookie.toString('hex')}`],
    ['ready', Buffer.alloc(0), '77706572662e753104'],
    ['alive', Buffer.alloc(0), '77706572662e753105'],
    ['probed', pairOf(7, 1472), '77706572662e75310700000007000005c0'],
  ] as const)('to %s is so on the wire', (kind, fields, hex) => {
    const datagram = greeting(kind, fields);
    expect(datagram.toString('hex')).toBe(hex);
    expect(readGreeting(datagram)).toMatchObject({ kind, fields, bytes: datagram.length });
  });

  test('is as long as wished, and no shorter than its fields', () => {
    const proof = Buffer.concat([key, cookie]);
    expect(greeting('prove', proof, 1472)).toHaveLength(1472);
    expect(greeting('prove', proof, 3)).toHaveLength(41);
    const read = readGreeting(greeting('prove', proof, 1472));
    expect(read && keyOfGreeting(read)).toEqual(key);
    expect(read && cookieOf(read)).toEqual(cookie);
  });

  test('is answered by less than it is asked with, before the address is proved', () => {
    expect(greeting('challenge', cookie).length).toBeLessThanOrEqual(greeting('open', key).length);
  });

  test('cut short, or of no kind, is none', () => {
    const whole = greeting('prove', Buffer.concat([key, cookie]));
    for (let bytes = 0; bytes < whole.length; bytes++) expect(readGreeting(whole.subarray(0, bytes))).toBeUndefined();
    for (const kind of [0, 9, 255]) expect(readGreeting(Buffer.from([...whole.subarray(0, 8), kind]))).toBeUndefined();
  });

  test('is never seen in a packet, nor in noise', () => {
    const random = seededRandom('noise');
    for (let i = 0; i < 20_000; i++) {
      const noise = Buffer.from(
        Array.from({ length: 1 + Math.floor(60 * random()) }, () => Math.floor(256 * random())),
      );
      expect(readGreeting(noise)).toBeUndefined();
    }
    const whole = greeting('open', key);
    for (let bit = 0; bit < 64; bit++) {
      const flipped = Buffer.from(whole);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(readGreeting(flipped)).toBeUndefined();
    }
  });
});

describe('a cookie', () => {
  const peer = { host: '192.0.2.7', port: 4711 };

  test('is good for its own address, port and key, for ten to twenty seconds', () => {
    const clock = new FakeClock();
    const cookies = new Cookies(clock);
    const made = cookies.make(peer, key);
    expect(made).toHaveLength(16);
    expect(cookies.isGood(made, peer, key)).toBe(true);
    expect(cookies.isGood(made, { ...peer, port: 4712 }, key)).toBe(false);
    expect(cookies.isGood(made, { ...peer, host: '192.0.2.8' }, key)).toBe(false);
    expect(cookies.isGood(made, peer, randomBytes(16))).toBe(false);
    expect(new Cookies(clock).isGood(made, peer, key)).toBe(false);
    clock.advance(10);
    expect(cookies.isGood(made, peer, key)).toBe(true);
    clock.advance(10);
    expect(cookies.isGood(made, peer, key)).toBe(false);
  });
});
