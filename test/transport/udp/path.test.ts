/** Datagrams that are too long for the path, where they may not be cut. */
import { expect, onTestFinished, test } from 'vitest';
import { bundled } from '../../support/bundle.js';
import { describeNeeding, ipv6, networkNamespaces, systemCalls } from '../../support/needs.js';
import { inside, ip, makeNamespace, nextLabNumber } from '../../support/netlab/namespaces.js';
import { output } from '../../support/processes.js';

const mtu = 1300;

/** Sends to itself over a loopback of that MTU; prints what the path takes, and what came of two lengths. */
const program = (host: string) => `
  import { openDatagramDoor, openDatagramSocket } from '../../src/transport/udp/sockets/open.js';
  const door = await openDatagramDoor({ port: 0 });
  const client = await openDatagramSocket({ host: '${host}', port: door.port });
  const arrived: number[] = [];
  const errors: unknown[] = [];
  client.onError = ({ code }) => errors.push(code);
  const { pathPayloadBytes = 0 } = client;
  door.onStray = ({ length }) => {
    arrived.push(length);
    if (arrived.length < 5) return;
    console.log(JSON.stringify({ pathPayloadBytes, arrived, errors }));
    door.close();
    client.close();
  };
  const fits = Buffer.alloc(pathPayloadBytes * 2);
  client.send(fits.subarray(0, pathPayloadBytes));
  client.send(fits.subarray(0, pathPayloadBytes + 1));
  client.sendMany(fits, pathPayloadBytes + 1, 1);
  client.sendMany(fits, pathPayloadBytes + 1, 1, true);
  client.sendMany(fits, pathPayloadBytes, 2);
  client.sendMany(fits, pathPayloadBytes, 2, true);
`;

/** Floods itself with 500 datagrams; prints what was taken, what arrived, and whether it was held back. */
const flood = (segmented: boolean) => `
  import { openDatagramDoor, openDatagramSocket } from '../../src/transport/udp/sockets/open.js';
  const door = await openDatagramDoor({ port: 0 });
  const client = await openDatagramSocket({ host: '127.0.0.1', port: door.port, maxBytes: 1400 });
  const memory = Buffer.alloc(1400 * 500);
  let taken = 0;
  let arrived = 0;
  let waits = 0;
  client.onWritable = () => {
    waits++;
    go();
  };
  function go() {
    taken += client.sendMany(memory, 1400, 500 - taken, ${segmented});
  }
  door.onStray = () => {
    arrived++;
    if (arrived < 500) return;
    console.log(JSON.stringify({ taken, arrived, waited: waits > 0 }));
    door.close();
    client.close();
  };
  go();
`;

describeNeeding('a slow link', [systemCalls, networkNamespaces], () => {
  test.each([false, true])(
    'holds the sender back, and drops nothing that was taken, segmented %s',
    async (segmented) => {
      const name = `wperf-${process.pid}-${nextLabNumber()}-slow`;
      await makeNamespace(onTestFinished, name, {});
      await output(['tc', '-n', name, ...'qdisc add dev lo root tbf rate 30mbit burst 70000 limit 600000'.split(' ')]);
      const file = await bundled(onTestFinished, flood(segmented));
      const said = await output([...inside(name), process.execPath, file]);
      expect(JSON.parse(said)).toEqual({ taken: 500, arrived: 500, waited: true });
    },
  );
});

describeNeeding('a path that takes less', [systemCalls, networkNamespaces, ipv6], () => {
  test.each([
    ['127.0.0.1', mtu - 28],
    ['::1', mtu - 48],
  ])('to %s is known, and what is longer is refused', async (host, largest) => {
    const name = `wperf-${process.pid}-${nextLabNumber()}-path`;
    await makeNamespace(onTestFinished, name, {});
    await ip(name, `link set lo mtu ${mtu}`);
    const file = await bundled(onTestFinished, program(host));
    expect(JSON.parse(await output([...inside(name), process.execPath, file]))).toEqual({
      pathPayloadBytes: largest,
      arrived: Array(5).fill(largest),
      errors: ['EMSGSIZE', 'EMSGSIZE', 'EMSGSIZE'],
    });
  });
});
