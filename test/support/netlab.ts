/**
 * A small internet on this machine: a client behind a router with NAT, and a server beyond a link whose rate, delay and
 * loss a test chooses.
 *
 *     client 10.77.0.2 -- 10.77.0.1 router 198.51.100.2 == link == 198.51.100.10 server
 *
 * The router's own queues shape both directions, as a home's modem does: packets to the server where they leave for the
 * link, packets to the client where they leave for its network. Delay and loss come from a process that carries the
 * link's packets; without them the link is a plain pair of devices.
 */
import { repositoryFile } from './folders.js';
import { inside, ip, makeNamespace, nextLabNumber } from './netlab/namespaces.js';
import { type Finished, output, type ProcessOptions, type Running, type RunOptions, run, start } from './processes.js';
import type { Later } from './undo.js';

export type Host = 'client' | 'router' | 'server';

export interface LabPlan {
  /** The link's rate on the wire, Ethernet headers included, the same for each direction; without it, unlimited. */
  readonly rateMbit?: number;
  /** How long a packet may wait in a full queue of the router (50); at least ten packets always fit. */
  readonly queueMs?: number | Readonly<Record<'up' | 'down', number>>;
  /** One way; both ways alike. */
  readonly delayMs?: number;
  /** Of all packets, in each direction. */
  readonly lossPercent?: number;
  /** Kernel settings of a host, such as `net.ipv4.tcp_wmem`. */
  readonly sysctl?: Partial<Record<Host, Readonly<Record<string, string>>>>;
}

export const addresses = {
  client: '10.77.0.2',
  /** What the server sees of the client. */
  nat: '198.51.100.2',
  server: '198.51.100.10',
} as const;

export class Lab {
  readonly #names: Readonly<Record<Host, string>>;
  readonly #later: Later;

  constructor(names: Readonly<Record<Host, string>>, later: Later) {
    this.#names = names;
    this.#later = later;
  }

  /** The words that run a program on a host; peers take them as `within`. */
  within(host: Host): readonly string[] {
    return inside(this.#names[host]);
  }

  /** The names of the namespaces. */
  get namespaces(): readonly string[] {
    return Object.values(this.#names);
  }

  /** Runs a program on a host to its end. */
  exec(host: Host, argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return run(argv, { ...options, within: this.within(host) });
  }

  /** Starts a program on a host; it is stopped with the lab at the latest. */
  spawn(host: Host, argv: readonly string[], options: ProcessOptions = {}): Promise<Running> {
    return start(this.#later, argv, { ...options, within: this.within(host) });
  }
}

/** Makes a lab; `later` gets what removes it, also when making it fails halfway. */
export async function makeLab(later: Later, plan: LabPlan = {}): Promise<Lab> {
  const prefix = `wperf-${process.pid}-${nextLabNumber()}`;
  const names = { client: `${prefix}-client`, router: `${prefix}-router`, server: `${prefix}-server` };
  for (const host of ['client', 'router', 'server'] as const) {
    await makeNamespace(later, names[host], plan.sysctl?.[host] ?? {});
  }
  await output([...inside(names.router), 'sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  await ip(names.client, `link add eth0 type veth peer name lan netns ${names.router}`);
  if (plan.delayMs || plan.lossPercent) await layRelay(later, names, plan);
  else await ip(names.server, `link add eth0 type veth peer name wan netns ${names.router}`);
  await giveAddresses(names);
  await translate(names.router);
  const { queueMs = 50 } = plan;
  const queues = typeof queueMs === 'number' ? { up: queueMs, down: queueMs } : queueMs;
  await shape(names.router, 'wan', { ...plan, queueMs: queues.up });
  await shape(names.router, 'lan', { ...plan, queueMs: queues.down });
  return new Lab(names, later);
}

async function layRelay(later: Later, names: Readonly<Record<Host, string>>, plan: LabPlan): Promise<void> {
  const ends = [names.router, 'wan', names.server, 'eth0'];
  const script = repositoryFile('test', 'support', 'netlab', 'relay.py');
  const impairment = [String(plan.delayMs ?? 0), String(plan.lossPercent ?? 0)];
  const relay = await start(later, ['python3', script, ...ends, ...impairment]);
  await relay.outputMatching(/ready/);
  await ip(names.router, 'link set wan txqueuelen 2000');
  await ip(names.server, 'link set eth0 txqueuelen 2000');
}

async function giveAddresses({ client, router, server }: Readonly<Record<Host, string>>): Promise<void> {
  await ip(client, `addr add ${addresses.client}/24 dev eth0`);
  await ip(router, 'addr add 10.77.0.1/24 dev lan');
  await ip(router, `addr add ${addresses.nat}/24 dev wan`);
  await ip(server, `addr add ${addresses.server}/24 dev eth0`);
  await ip(client, 'link set eth0 up');
  await ip(router, 'link set lan up');
  await ip(router, 'link set wan up');
  await ip(server, 'link set eth0 up');
  await ip(client, 'route add default via 10.77.0.1');
}

/** Source NAT, and nothing from outside gets in unasked, as at a home. */
async function translate(router: string): Promise<void> {
  const rules = `
table ip home {
  chain leave {
    type nat hook postrouting priority srcnat;
    ip saddr 10.77.0.0/24 oifname "wan" snat to ${addresses.nat}
  }
  chain pass {
    type filter hook forward priority filter; policy drop;
    iifname "lan" accept
    ct state established,related accept
  }
}
`;
  await output([...inside(router), 'nft', '-f', '-'], { input: rules });
}

/** The largest Ethernet frame: 1,500 bytes and their header. */
const frameBytes = 1514;

/** A token bucket that holds 4 ms of traffic, within what a full packet and the kernel's largest one ask for. */
async function shape(
  router: string,
  device: string,
  { rateMbit, queueMs }: LabPlan & { readonly queueMs: number },
): Promise<void> {
  if (!rateMbit) return;
  const bytesPerMs = (rateMbit * 1e6) / 8 / 1000;
  const burst = Math.round(Math.min(Math.max(bytesPerMs * 4, 2 * frameBytes), 64 * 1024));
  const limit = burst + Math.round(Math.max(bytesPerMs * queueMs, 10 * frameBytes));
  const words = `qdisc replace dev ${device} root tbf rate ${rateMbit}mbit burst ${burst} limit ${limit}`;
  await output(['tc', '-n', router, ...words.split(' ')]);
}
