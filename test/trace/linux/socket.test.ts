/** A socket of a trace beside more messages than it takes at once. */
import { expect, test } from 'vitest';
import { encodeSocketAddress } from '../../../src/host/linux/socket-address.js';
import { linux, openLibc } from '../../../src/host/linux/sockets.js';
import { LinuxSocket } from '../../../src/trace/linux/socket.js';
import { describeNeeding, systemCalls } from '../../support/needs.js';

describeNeeding('a socket of a trace', [systemCalls], () => {
  test('gives the event loop a turn while it is flooded', () => {
    const socket = new LinuxSocket(openLibc(), 4, linux.SOCK_DGRAM, linux.IPPROTO_UDP);
    try {
      socket.bind({ ip: '127.0.0.1', port: 0, scopeId: 0 });
      const own = encodeSocketAddress(socket.localAddress());
      socket.sendTo(Buffer.from('x'), own);
      let taken = 0;
      for (const _ of socket.drain(0)) {
        taken += 1;
        if (taken < 2000) socket.sendTo(Buffer.from('x'), own);
      }
      expect(taken).toBeLessThan(300);
    } finally {
      socket.close();
    }
  });
});
