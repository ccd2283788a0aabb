/** Flags of wperf's own that mean something, and change nothing with what else is asked for: each is told of in a line. */
import { type Carrier, carrierOf, cutsPackets, ofModule } from './carried-by.js';
import { type FlagName, type FlagValues, labelOf } from './table.js';

/** Why a flag changes nothing; undefined where it does. */
type Reason = (values: FlagValues, env: Environment) => string | undefined;
type Environment = Readonly<Record<string, string | undefined>>;

const ofTcp = 'all travels in TCP, packets of -u/--udp too, and the kernel does not let its segments be cut';

const whole: Readonly<Record<Carrier, string>> = {
  tcp: ofTcp,
  datagrams: 'packets of --proto udp are as long as the path takes in one piece, and not cut',
  'iperf3-datagrams': ofTcp,
  kcp: 'datagrams of --proto kcp are no longer than the path takes in one piece, and not cut',
  module: ofModule,
};

const isJson = ({ json, 'json-stream': stream }: FlagValues) => json || stream;
const holdsAll = (values: FlagValues) => isJson(values) || values.report !== undefined;

const reasons: Partial<Record<FlagName, Reason>> = {
  'dont-fragment': (values) => (cutsPackets(values) ? undefined : whole[carrierOf(values)]),
  timestamps: (values) => (isJson(values) ? 'JSON has the time of the start in itself' : undefined),
  format: (values) => (isJson(values) || values.csv ? 'JSON and rows of --csv have rates in bit/s' : undefined),
  title: ({ csv, report }) => (csv && report === undefined ? 'rows have no place for it' : undefined),
  'extra-data': (values) => (holdsAll(values) ? undefined : '-J, --json-stream and --report carry it'),
  'latency-samples': (values) => (isJson(values) ? undefined : '-J and --json-stream tell them, and --report anyway'),
  'legacy-token': ({ token, 'token-file': file }, { WPERF_TOKEN: fromEnvironment }) =>
    (token ?? file ?? fromEnvironment) === undefined ? 'there is no token to send' : undefined,
  'sim-mtu': ({ ping }) => (ping ? 'pings carry no load' : undefined),
  'tr-port': ({ 'tr-proto': proto }) => (proto === 'icmp' ? 'probes of ICMP have no port' : undefined),
  'tr-behind-proxy': (values) => (values['trust-proxy'] ? undefined : 'no proxy is trusted without --trust-proxy'),
};

/** @param said what is told of: values of the command line, or of a file that it names. */
export function idleNotes(said: FlagValues, values: FlagValues, env: Environment): string[] {
  return Object.entries(reasons).flatMap(([name, reason]) => {
    const told = said[name as FlagName] === undefined ? undefined : reason(values, env);
    return told === undefined ? [] : [`${labelOf(name)} changes nothing: ${told}`];
  });
}
