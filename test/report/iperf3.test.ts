/** iperf3's own `-J` against ours: a key that both have has one type, and ours has every key that applies. */
import { expect, onTestFinished, test } from 'vitest';
import { describeNeeding, program } from '../support/needs.js';
import { runIperf3, startIperf3Server } from '../support/peers/iperf3.js';
import { measureWithWperf, startWperfServer } from '../support/wperf.js';
import { expectReport } from './schema.js';

/** Keys that have no meaning here, or that nothing tells a program in user space that does not own the socket. */
const notOurs = new Map([
  ['start.sock_bufsize', 'no window flag'],
  ['start.sndbuf_actual', 'not read'],
  ['start.rcvbuf_actual', 'not read'],
  ['start.tcp_mss', 'tcp_mss_default stands in its place'],
  ['start.timestamp.timezone', 'newer iperf3'],
]);

type Shape = Map<string, string>;

function shapeOf(value: unknown, path = '', shape: Shape = new Map()): Shape {
  if (Array.isArray(value)) {
    for (const item of value) shapeOf(item, `${path}[]`, shape);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) shapeOf(item, path === '' ? key : `${path}.${key}`, shape);
  } else if (!shape.has(path)) {
    shape.set(path, typeof value);
  }
  return shape;
}

describeNeeding('a JSON report beside that of iperf3', [program('iperf3')], () => {
  test.each([
    [[]],
    [['-R']],
    [['--bidir']],
    [['-P', '2', '-O', '1']],
    [['-u']],
    [['-u', '-R', '-P', '2']],
    [['-u', '--bidir']],
  ])('%j', async (args) => {
    const iperf3 = await startIperf3Server(onTestFinished);
    const theirs = shapeOf(await runIperf3(iperf3, ['-t', '1', ...args]));
    const { port } = await startWperfServer(onTestFinished);
    const report = await measureWithWperf(['-c', `127.0.0.1:${port}`, '-t', '1', ...args]);
    expectReport(report);
    const ours = shapeOf(report);
    const lacking = [...theirs.keys()].filter((key) => !ours.has(key) && !notOurs.has(key));
    expect(lacking).toEqual([]);
    const differing = [...theirs].filter(([key, type]) => ours.has(key) && ours.get(key) !== type);
    expect(differing).toEqual([]);
  });
});
