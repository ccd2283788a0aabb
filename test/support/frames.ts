/** WebSocket frames by hand (RFC 6455, section 5.2). */

/** One frame, masked with a key of zeros when `masked`. */
export function frame(
  opcode: number,
  payload: Buffer | number,
  { fin = true, masked = true, reserved = 0 } = {},
): Buffer {
  const body = typeof payload === 'number' ? Buffer.alloc(payload, 0x82) : payload;
  const mask = masked ? 0x80 : 0;
  const length = body.length;
  const size = Buffer.from(
    length < 126
      ? [mask | length]
      : length < 65_536
        ? [mask | 126, length >> 8, length & 255]
        : [mask | 127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255],
  );
  const first = Buffer.from([(fin ? 0x80 : 0) | reserved | opcode]);
  return Buffer.concat([first, size, Buffer.alloc(masked ? 4 : 0), body]);
}
