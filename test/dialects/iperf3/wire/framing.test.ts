/** The reader of what iperf3's ends write on a TCP connection. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorFrame, FrameReader, jsonFrame, stateFrame } from '../../../../src/dialects/iperf3/wire/framing.js';
import { systemClock } from '../../../../src/host/clock.js';

let far: Socket;
let near: Socket;

beforeEach(async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  near = connect(port, '127.0.0.1');
  [far] = (await once(server, 'connection')) as [Socket];
  far.on('error', () => {});
  server.close();
});

afterEach(() => {
  near.destroy();
  far.destroy();
});

describe('the reader of frames', () => {
  it('takes what is asked for out of one piece, in whatever pieces it comes', async () => {
    const reader = open();
    const bytes = Buffer.concat([stateFrame(9), jsonFrame({ a: 'ü' }), errorFrame(142, 5), Buffer.from('rest')]);
    for (const byte of bytes) far.write(Buffer.of(byte));
    expect(await reader.readState(1)).toBe(9);
    expect(await reader.readJson(100, 1, 'json')).toEqual({ a: 'ü' });
    expect(await reader.readState(1)).toBe(0xfe);
    expect(await reader.readInt32(1, 'a number')).toBe(142);
    expect(await reader.readInt32(1, 'a number')).toBe(5);
    expect((await reader.readBytes(4, 1, 'the rest')).toString()).toBe('rest');
    expect(near.bytesRead).toBe(bytes.length);
  });

  it('gives a connection back with what nobody asked for', async () => {
    const reader = open();
    far.write('cookieload');
    expect((await reader.readBytes(6, 1, 'cookie')).toString()).toBe('cookie');
    reader.release();
    far.end('more');
    const chunks: Buffer[] = [];
    near.on('data', (chunk) => chunks.push(chunk));
    near.resume();
    await once(near, 'end');
    expect(Buffer.concat(chunks).toString()).toBe('loadmore');
  });

  it('reads what came before a close, and then tells of that', async () => {
    const reader = open();
    far.end(Buffer.of(9, 10));
    expect(await reader.readState(1)).toBe(9);
    expect(await reader.readState(1)).toBe(10);
    await expect(reader.readState(1)).rejects.toMatchObject({
      code: 'peer-lost',
      message: 'far:1 closed the connection',
    });
    await expect(reader.readState(1)).rejects.toMatchObject({ code: 'peer-lost' });
  });

  it('names what does not come in time, and reads on', async () => {
    const reader = open();
    far.write(Buffer.of(0, 0));
    await expect(reader.readJson(10, 0.05, 'the results')).rejects.toMatchObject({
      code: 'timeout',
      message: 'far:1 did not send the results within 0.05 s',
    });
    far.write(Buffer.concat([Buffer.of(0, 1), Buffer.from('7')]));
    expect(await reader.readJson(10, 1, 'the results')).toBe(7);
  });

  it.each([
    ['too long', Buffer.of(0xff, 0xff, 0xff, 0xff), 'sent results of 4294967295 bytes, and 100 is the most'],
    ['no JSON', Buffer.concat([Buffer.of(0, 0, 0, 2), Buffer.from('{x')]), 'sent results as something that is no JSON'],
    ['nothing', Buffer.of(0, 0, 0, 0), 'sent results as something that is no JSON'],
  ])('refuses JSON that is %s', async (_what, bytes, text) => {
    const reader = open();
    far.write(bytes);
    await expect(reader.readJson(100, 1, 'results')).rejects.toMatchObject({
      code: 'protocol-violation',
      message: `far:1 ${text}`,
    });
  });

  it('reads deep JSON', async () => {
    const reader = open();
    const json = Buffer.from(`${'['.repeat(4000)}${']'.repeat(4000)}`);
    far.write(Buffer.concat([Buffer.of(0, 0, json.length >> 8, json.length & 255), json]));
    expect(await reader.readJson(8192, 1, 'results')).toBeInstanceOf(Array);
  });

  it('does not read ahead of who is asked for nothing', async () => {
    const reader = open();
    await new Promise((resolve) => far.write(Buffer.alloc(64), resolve));
    far.write(Buffer.alloc(8 * 1024 * 1024));
    await reader.readState(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(near.bytesRead).toBeLessThanOrEqual(256 * 1024);
  });

  it('is told to fail', async () => {
    const reader = open();
    const reading = reader.readState(10);
    reader.fail(Object.assign(new Error('enough'), { code: 'x' }) as never);
    await expect(reading).rejects.toThrow('enough');
  });

  it('tells of a connection broken off', async () => {
    const reader = open();
    const reading = reader.readState(10);
    far.resetAndDestroy();
    await expect(reading).rejects.toMatchObject({ code: 'peer-lost' });
  });
});

function open(): FrameReader {
  return new FrameReader(near, { clock: systemClock, peer: 'far:1' });
}
