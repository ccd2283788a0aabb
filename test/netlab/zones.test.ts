/** Link-local addresses whose zone is the number of an interface, as other tools take it. */
import { expect, onTestFinished, test } from 'vitest';
import { describeNeeding, networkNamespaces } from '../support/needs.js';
import { inside, ip, makeNamespace, nextLabNumber } from '../support/netlab/namespaces.js';
import { output } from '../support/processes.js';
import { undoAfterAll } from '../support/suite.js';
import { runWperf, startWperfServer } from '../support/wperf.js';

const namespace = `wperf-zones-${process.pid}-${nextLabNumber()}`;
const within = inside(namespace);

describeNeeding('a zone that is a number', [networkNamespaces], () => {
  const later = undoAfterAll();

  test('is taken by servers, clients, and for what they are bound to', async () => {
    await makeNamespace(later, namespace, {});
    await ip(namespace, 'link add d0 type veth peer name d1');
    await ip(namespace, 'addr add fe80::7/64 dev d0 nodad');
    for (const device of ['d0', 'd1']) await ip(namespace, `link set ${device} up`);
    const index = (await output([...within, 'cat', '/sys/class/net/d0/ifindex'])).trim();
    const host = `fe80::7%${index}`;
    const { port } = await startWperfServer(onTestFinished, [], { host, within });
    const whats = [
      ['-t', '0.3'],
      ['-t', '0.3', '-B', host],
      ['-t', '0.3', '--proto', 'udp', '-b', '1M'],
      ['--ping', '--ping-count', '2', '-i', '0.1'],
    ];
    for (const target of [host, 'fe80::7%d0'])
      for (const what of whats) {
        const words = ['-c', target, '-p', String(port), ...what];
        const { exitCode, stderr } = await runWperf(words, { within });
        expect([exitCode, stderr.replaceAll(/^warning: .*\n/gm, '')]).toEqual([0, '']);
      }
  });

  test('may be that of an interface without a link-local address, by number as by name', async () => {
    await ip(namespace, 'link set lo up');
    const { port } = await startWperfServer(onTestFinished, [], { host: '::1', within });
    const told = async (zone: string) => {
      const client = await runWperf(['-c', `fe80::1%${zone}`, '-p', String(port)], { within });
      const trace = await runWperf(['--traceroute', `fe80::1%${zone}`, '--tr-max-hops', '1'], { within });
      const bound = await runWperf(['-c', '::1', '-p', String(port), '-t', '0.3', '--bind-dev', zone], { within });
      return [client.stderr.replace(`%${zone}`, ''), trace.stderr, bound.exitCode];
    };
    const byName = await told('lo');
    expect(byName).toEqual([expect.stringContaining('there is no way'), expect.stringContaining('ENETUNREACH'), 0]);
    expect(await told('1')).toEqual(byName);
    const stranger = 'has a zone that is no interface of this machine: name one of ';
    expect(await told('99')).toEqual([expect.stringContaining(stranger), expect.stringContaining(stranger), 5]);
  });
});
