/** Networks for tests: namespaces joined as a topology file says, or one that holds a small fake Internet. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Topology {
  readonly name: string;
  /** The first is where traces begin, the last their farthest target. */
  readonly nodes: readonly string[];
  /** Link number i has the networks 10.77.i.0/24 and fd77:i::/64, and its ends the addresses 1 and 2. */
  readonly links: readonly (readonly [string, string])[];
  readonly sysctls: Readonly<Record<string, string>>;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A user without any capability. */
export const asNobody = [
  'setpriv',
  '--reuid=65534',
  '--regid=65534',
  '--clear-groups',
  '--bounding-set=-all',
  '--inh-caps=-all',
] as const;

export function topologyPath(name: string): string {
  return fileURLToPath(new URL(`../topologies/${name}.json`, import.meta.url));
}

let networks = 0;

export class Network {
  readonly #prefix = `wperf${process.pid}x${networks++}-`;
  readonly #namespaces: string[] = [];
  readonly #children: ChildProcess[] = [];

  /** Namespaces with addresses and routes of the shortest ways. */
  static async ofTopology(name: string): Promise<Network> {
    const topology: Topology = JSON.parse(readFileSync(topologyPath(name), 'utf8'));
    const network = new Network();
    try {
      for (const node of topology.nodes) await network.#addNamespace(node);
      for (const [index, link] of topology.links.entries()) await network.#addLink(index, link);
      for (const node of topology.nodes) await network.#addRoutes(node, topology);
      await network.#untilReachable(topology);
    } catch (thrown) {
      await network.down();
      throw thrown;
    }
    return network;
  }

  /** One namespace, `client`, with the fake Internet of a topology file behind a TUN device. */
  static async ofFakeInternet(name: string): Promise<Network> {
    const network = new Network();
    try {
      await network.#addNamespace('client');
      const script = fileURLToPath(new URL('../fakenet.py', import.meta.url));
      const child = network.spawn('client', ['/usr/bin/python3', script, topologyPath(name)]);
      await Promise.race([once(child.stdout ?? child, 'data'), failureOf(child)]);
    } catch (thrown) {
      await network.down();
      throw thrown;
    }
    return network;
  }

  /** Runs to the end; any exit code is an outcome. */
  run(node: string, command: readonly string[]): Promise<Outcome> {
    return execute('ip', ['netns', 'exec', this.#prefix + node, ...command]);
  }

  /** Runs until `down`. */
  spawn(node: string, command: readonly string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', this.#prefix + node, ...command], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#children.push(child);
    return child;
  }

  /** Ends what was spawned and removes the namespaces. */
  async down(): Promise<void> {
    await Promise.all(this.#children.map(ended));
    for (const namespace of this.#namespaces) await execute('ip', ['netns', 'delete', namespace]);
  }

  /** Namespaces of this network that still exist. */
  async left(): Promise<string[]> {
    const { stdout } = await execute('ip', ['netns', 'list']);
    return stdout.split('\n').filter((line) => line.startsWith(this.#prefix));
  }

  async #addNamespace(node: string): Promise<void> {
    await succeed('ip', ['netns', 'add', this.#prefix + node]);
    this.#namespaces.push(this.#prefix + node);
    await succeed('ip', ['-n', this.#prefix + node, 'link', 'set', 'lo', 'up']);
  }

  async #addLink(index: number, [near, far]: readonly [string, string]): Promise<void> {
    const devices = [`l${index}a`, `l${index}b`] as const;
    const namespaces = [this.#prefix + near, this.#prefix + far] as const;
    const peer = ['peer', 'name', devices[1], 'netns', namespaces[1]];
    await succeed('ip', ['-n', namespaces[0], 'link', 'add', devices[0], 'type', 'veth', ...peer]);
    for (const end of [0, 1] as const) {
      const device = devices[end];
      const batch = [
        `addr add 10.77.${index}.${end + 1}/24 dev ${device}`,
        `addr add fd77:${index}::${end + 1}/64 dev ${device} nodad`,
        `link set ${device} up`,
      ];
      await succeed('ip', ['-n', namespaces[end], '-batch', '-'], batch.join('\n'));
    }
  }

  /** IPv6 routers are silent for a second or two, until their link-local addresses are known to be nobody else's. */
  async #untilReachable({ nodes, links }: Topology): Promise<void> {
    const [first = ''] = nodes;
    const farthest = links.length - 1;
    for (const address of [`10.77.${farthest}.2`, `fd77:${farthest}::2`]) {
      const { code, stdout } = await this.run(first, ['ping', '-n', '-i', '0.1', '-c', '1', '-w', '10', address]);
      if (code !== 0) throw new Error(`${address} does not answer: ${stdout}`);
    }
  }

  async #addRoutes(node: string, topology: Topology): Promise<void> {
    const forwarding = { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' };
    const router = node !== topology.nodes[0] && node !== topology.nodes.at(-1);
    const sysctls = Object.entries({ ...topology.sysctls, ...(router ? forwarding : {}) });
    await succeed('ip', [...inside(this.#prefix + node), 'sysctl', '-qw', ...sysctls.map((pair) => pair.join('='))]);
    const batch = routesOf(node, topology).flatMap(({ link, via }) => [
      `route add 10.77.${link}.0/24 via 10.77.${via}`,
      `route add fd77:${link}::/64 via fd77:${via.replace('.', '::')}`,
    ]);
    await succeed('ip', ['-n', this.#prefix + node, '-batch', '-'], batch.join('\n'));
  }
}

interface Route {
  readonly link: number;
  /** `LINK.END` of the next hop's address. */
  readonly via: string;
}

/** Next hops from a node to every link it is not on, by breadth-first search. */
function routesOf(node: string, { links }: Topology): Route[] {
  const firstStep = new Map<string, string | undefined>([[node, undefined]]);
  for (const [here, via] of firstStep) {
    for (const [index, ends] of links.entries()) {
      const side = ends.indexOf(here);
      const other = ends[1 - side];
      if (side < 0 || other === undefined || firstStep.has(other)) continue;
      firstStep.set(other, via ?? `${index}.${2 - side}`);
    }
  }
  const order = [...firstStep.keys()];
  return links.flatMap((ends, link) => {
    const nearest = order.find((name) => ends.includes(name));
    const via = nearest === undefined ? undefined : firstStep.get(nearest);
    return via === undefined || ends.includes(node) ? [] : [{ link, via }];
  });
}

export function execute(file: string, values: readonly string[], input = ''): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(file, [...values], { maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
    // A program that ends without reading its input is none the worse for it.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

function inside(namespace: string): string[] {
  return ['netns', 'exec', namespace];
}

async function succeed(file: string, values: readonly string[], input = ''): Promise<void> {
  const { code, stderr } = await execute(file, values, input);
  if (code !== 0) throw new Error(`${file} ${values.join(' ')}: ${stderr}`);
}

async function ended(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
}

async function failureOf(child: ChildProcess): Promise<never> {
  let text = '';
  child.stderr?.on('data', (chunk) => {
    text += chunk;
  });
  await once(child, 'exit');
  throw new Error(`the fake Internet ended early: ${text}`);
}
