/** Load of a throughput test: as many bytes as the path, or the rate asked for, lets through. */
import { Receiver } from '../../traffic/receiver.js';
import { Sender } from '../../traffic/sender.js';
import type { Load } from './load.js';

export const throughputLoad: Load = {
  graceSeconds: 0,
  receive: (channel, { test, ...options }) => new Receiver(channel, { ...test, ...options }),
  send({ channel }, { test, maxBytes, ...options }) {
    return new Sender(channel.loadWriter(test.blockBytes, maxBytes), { ...test, ...options });
  },
};
