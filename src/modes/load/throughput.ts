/** Load of a throughput test: as many bytes as the path, or the rate asked for, lets through. */
import { Receiver } from '../../traffic/receiver.js';
import { Sender } from '../../traffic/sender.js';
import type { Load } from './load.js';

export const throughputLoad: Load = {
  graceSeconds: 0,
  receive: (data, { test, ...options }) => new Receiver(data, { ...test, ...options }),
  send: (data, { test, maxBytes, stamp, ...options }) =>
    new Sender(data.loadWriter(test.blockBytes, maxBytes, stamp), { ...test, ...options }),
};
