/** Load of a throughput test: as many bytes as the path, or the rate asked for, lets through. */
import { startReceiver } from '../../../traffic/receiver.js';
import { startSender } from '../../../traffic/sender.js';
import type { Load } from './load.js';

export const throughputLoad: Load = {
  graceSeconds: 0,
  receive: (data, { test, codec: _, ...options }) => startReceiver(data, { ...test, ...options }),
  send: (data, { test, maxBytes, stamp, codec: _, ...options }) =>
    startSender(data.loadWriter(test.blockBytes, maxBytes, stamp), { ...test, ...options }),
};
