import { expect, test } from 'vitest';
import { doubledPackets } from '../../../../src/dialects/iperf3/wire/doubled.js';
import type { StreamResult } from '../../../../src/events/load.js';

const span = (bytes: number) => ({ start: 0, end: 1, bytes });
const packets = { packets: 1081, lost: 0, jitterMs: 0 };
const upload: StreamResult = {
  ...{ id: 1, direction: 'up', sender: true, partial: false, packets },
  ...{ sent: span(990_000), received: span(1_081_000) },
};

test('packets that arrived more often than they were sent are told', () => {
  expect(doubledPackets('client', [upload], 0).join()).toMatch(/^The server counted more .* the path doubles packets/);
  expect(doubledPackets('server', [{ ...upload, direction: 'down' }], 0).join()).toMatch(/^The client counted more/);
});

test.each<[string, Partial<StreamResult>, number]>([
  ['as many as were sent', { received: span(990_000) }, 0],
  ['of which the server tells nothing', { received: null }, 0],
  ['that this end received', { direction: 'down', sender: false }, 0],
  ['after a beginning that is left out', {}, 1],
])('packets %s are not', (_what, changes, omitSeconds) => {
  expect(doubledPackets('client', [{ ...upload, ...changes }], omitSeconds)).toEqual([]);
});
