/** Networks for traces: namespaces joined as a topology file says, or one that holds a small fake Internet. */
import { readFile } from 'node:fs/promises';
import { repositoryFile } from '../../support/folders.js';
import { inside, ip, makeNamespace, nextLabNumber } from '../../support/netlab/namespaces.js';
import { output, start } from '../../support/processes.js';
import type { Later } from '../../support/undo.js';

interface Topology {
  readonly name: string;
  /** The first is where traces begin, the last their farthest target. */
  readonly nodes: readonly string[];
  /** Link number i has the networks 10.77.i.0/24 and fd77:i::/64, and its ends the addresses 1 and 2. */
  readonly links: readonly (readonly [string, string])[];
  readonly sysctls: Readonly<Record<string, string>>;
  /** Rules of nftables, by node, line by line. */
  readonly firewalls?: Readonly<Record<string, readonly string[]>>;
}

/** The words that run a program in the namespace of a node. */
export type Within = (node: string) => readonly string[];

/** The words that run a program as a user without any capability. */
export const asNobody: readonly string[] = [
  'setpriv',
  '--reuid=65534',
  '--regid=65534',
  '--clear-groups',
  '--bounding-set=-all',
  '--inh-caps=-all',
];

/** Namespaces with addresses and routes of the shortest ways. */
export async function makeTopology(later: Later, name: string): Promise<Within> {
  const topology: Topology = JSON.parse(await readFile(topologyFile(name), 'utf8'));
  const prefix = namespacePrefix();
  const routing = { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' };
  for (const node of topology.nodes) {
    const isRouter = node !== topology.nodes[0] && node !== topology.nodes.at(-1);
    await makeNamespace(later, prefix + node, { ...topology.sysctls, ...(isRouter ? routing : {}) });
  }
  for (const [index, link] of topology.links.entries()) await addLink(prefix, index, link);
  for (const node of topology.nodes) await addRoutes(prefix, node, topology);
  const within = (node: string) => inside(prefix + node);
  for (const [node, rules] of Object.entries(topology.firewalls ?? {})) {
    await output([...within(node), 'nft', '-f', '-'], { input: rules.join('\n') });
  }
  await untilReachable(within, topology);
  return within;
}

/** One namespace, `client`, with the fake Internet of a topology file behind a TUN device. */
export async function makeInternet(later: Later, name: string): Promise<Within> {
  const namespace = `${namespacePrefix()}client`;
  await makeNamespace(later, namespace, {});
  const script = repositoryFile('test', 'trace', 'support', 'fakenet.py');
  const words = ['/usr/bin/python3', script, topologyFile(name)];
  const internet = await start(later, words, { within: inside(namespace) });
  await internet.outputMatching(/ready/);
  return () => inside(namespace);
}

function topologyFile(name: string): string {
  return repositoryFile('test', 'trace', 'topologies', `${name}.json`);
}

function namespacePrefix(): string {
  return `wperf-trace-${process.pid}-${nextLabNumber()}-`;
}

async function addLink(prefix: string, index: number, [near, far]: readonly [string, string]): Promise<void> {
  const ends = [
    { namespace: prefix + near, device: `l${index}a` },
    { namespace: prefix + far, device: `l${index}b` },
  ] as const;
  const peer = `peer name ${ends[1].device} netns ${ends[1].namespace}`;
  await ip(ends[0].namespace, `link add ${ends[0].device} type veth ${peer}`);
  for (const [end, { namespace, device }] of ends.entries()) {
    await ip(namespace, `addr add 10.77.${index}.${end + 1}/24 dev ${device}`);
    await ip(namespace, `addr add fd77:${index}::${end + 1}/64 dev ${device} nodad`);
    await ip(namespace, `link set ${device} up`);
  }
}

async function addRoutes(prefix: string, node: string, topology: Topology): Promise<void> {
  for (const { link, via, end } of routesOf(node, topology)) {
    await ip(prefix + node, `route add 10.77.${link}.0/24 via 10.77.${via}.${end}`);
    await ip(prefix + node, `route add fd77:${link}::/64 via fd77:${via}::${end}`);
  }
}

/** IPv6 routers are silent for a second or two, until their link-local addresses are known to be nobody else's. */
async function untilReachable(within: Within, { nodes, links }: Topology): Promise<void> {
  const farthest = links.length - 1;
  for (const address of [`10.77.${farthest}.2`, `fd77:${farthest}::2`]) {
    const words = ['ping', '-n', '-i', '0.1', '-c', '1', '-w', '10', address];
    await output(words, { within: within(nodes[0] ?? '') });
  }
}

/** To the networks of `link` through the far `end` of the link `via`. */
interface Route {
  readonly link: number;
  readonly via: number;
  readonly end: number;
}

/** Next hops from a node to every link it is not on, by breadth-first search. */
function routesOf(node: string, { links }: Topology): Route[] {
  const firstSteps = new Map<string, Omit<Route, 'link'> | undefined>([[node, undefined]]);
  for (const [here, step] of firstSteps) {
    for (const [via, ends] of links.entries()) {
      const side = ends.indexOf(here);
      const other = ends[1 - side];
      if (side < 0 || other === undefined || firstSteps.has(other)) continue;
      firstSteps.set(other, step ?? { via, end: 2 - side });
    }
  }
  const nearestFirst = [...firstSteps];
  return links.flatMap((ends, link) => {
    const [, step] = nearestFirst.find(([name]) => ends.includes(name)) ?? [];
    return step === undefined || ends.includes(node) ? [] : [{ link, ...step }];
  });
}
