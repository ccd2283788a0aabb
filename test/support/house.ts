/** The rooms of the house and what each may import: the table that `test/architecture.test.ts` holds. */

export interface Room {
  /** A folder of `src`, or a file without its ending. The longest name that fits a file is the room it is in. */
  readonly name: string;
  readonly holds: string;
  /** Rooms that it may import, with all that lies in them. */
  readonly imports: readonly string[];
}

/** No imports but of each other, downwards: no Node, no sockets, no files. */
const leaves = ['units', 'errors', 'given', 'defaults', 'plan', 'measure', 'protocol', 'events'] as const;

/** Where the machine does not matter: these parts of `host` and `transport` hold for a browser too. */
const anywhere = [
  'host/clock',
  'host/abort',
  'host/mailbox',
  'host/inbox',
  'host/events-of',
  'host/deferred',
  'host/host',
  'host/random',
] as const;
const ports = ['transport/channel', 'transport/carriage', 'transport/transport', 'transport/simulated'] as const;

/** Highest first: a room imports only rooms below it. */
export const rooms: readonly Room[] = [
  {
    name: 'cli',
    holds: 'the command line: the flags, argv to plan, and running it',
    imports: [
      'library',
      'client',
      'server',
      'dialects',
      'modes',
      'report',
      'trace',
      'transport',
      'host',
      'geoip',
      'net',
      'package',
    ],
  },
  {
    name: 'index',
    holds: "the package's names",
    imports: ['library', 'server', 'trace', 'transport', 'geoip', 'package'],
  },
  {
    name: 'library',
    holds: 'the same composition for programs',
    imports: ['client', 'server', 'dialects', 'modes', 'report', 'transport', 'host', 'net', 'package'],
  },
  {
    name: 'client',
    holds: 'the composition of a client: transport, dialect and mode',
    imports: ['dialects', 'modes', 'transport', 'host'],
  },
  {
    name: 'server',
    holds: 'the door-keeper: entries, admission, answers to plain HTTP, life and stop',
    imports: ['dialects', 'modes', 'trace', 'transport', 'host', 'net', 'package'],
  },
  {
    name: 'dialects',
    holds: "who says what: each fills the modes' ports with what is said on its wire, client's side and served side",
    imports: ['modes', 'traffic', 'trace', ...ports, ...anywhere, 'net'],
  },
  {
    name: 'modes',
    holds: 'what is measured, written once for all dialects: load, ping, route',
    imports: ['traffic', 'trace', ...ports, ...anywhere, 'net'],
  },
  {
    name: 'report',
    holds: 'text, JSON, CSV and HTML, each of events; documents read back and compared',
    imports: ['trace/compare', 'net'],
  },
  { name: 'trace', holds: 'traceroute: strategy, engine, probers', imports: [...ports, 'host', 'net', 'package'] },
  { name: 'traffic', holds: 'the loops that send and receive load', imports: [...ports, ...anywhere] },
  { name: 'transport', holds: 'what carries the bytes of a stream', imports: ['host', 'net', 'package'] },
  { name: 'host', holds: 'the machine: clock, kernel, usage, identity', imports: ['net', 'package'] },
  { name: 'geoip', holds: '.mmdb lookups', imports: ['net', 'package'] },
  { name: 'packed', holds: 'the same as package, from inside one executable', imports: ['package'] },
  { name: 'package', holds: 'what comes with the package: its files, version and native code', imports: [] },
  {
    name: 'events',
    holds: 'what a run tells the world, as plain data',
    imports: ['protocol', 'measure', 'plan', 'errors', 'net'],
  },
  { name: 'protocol', holds: 'the messages of wperf.v1', imports: ['measure', 'plan', 'defaults', 'errors'] },
  { name: 'measure', holds: 'the arithmetic of the figures', imports: ['plan', 'defaults', 'given', 'errors'] },
  { name: 'plan', holds: 'what a run is to do', imports: ['defaults', 'given', 'errors', 'units', 'net'] },
  { name: 'net', holds: 'IP addresses, networks and their names', imports: [] },
  { name: 'defaults', holds: 'every default and limit, once', imports: [] },
  { name: 'given', holds: 'what is there or not', imports: [] },
  { name: 'errors', holds: 'coded errors and exit codes', imports: [] },
  { name: 'units', holds: 'sizes, rates and times as text', imports: [] },
];

export const leafRooms: readonly string[] = leaves;

/** Arrows that the table forbids and that stand all the same, each with its reason. */
export const exceptions: readonly { readonly from: string; readonly to: string; readonly reason: string }[] = [];
