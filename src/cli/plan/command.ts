import { blockLimits, defaults, limits, loadDefaults } from '../../defaults/index.js';
import type { GeoipOptions } from '../../geoip/open.js';
import { given } from '../../given.js';
import type {
  ClientPlan,
  ConnectionPlan,
  OutputPlan,
  PingPlan,
  ReverseTracePlan,
  ServerPlan,
  SimulationPlan,
  Target,
  TestPlan,
} from '../../plan/plan.js';
import type { TraceOptions } from '../../trace/options.js';
import { sizeText } from '../../units.js';
import { checkCombination } from '../flags/combinations.js';
import { type FlagValues, labelOf } from '../flags/table.js';
import { hideCredentials } from '../flags/url.js';
import { parseNamed, usageError } from '../flags/usage.js';
import { readWords } from '../flags/words.js';
import { checkFamily, chosenFamily } from './family.js';
import { readPem } from './files.js';
import { proxyUrl } from './proxy.js';
import { geoipOptions, showsRoutes, traceChanges, traceOptions, traceWish } from './routes.js';
import { checkPorts, checkThroughProxy, socketWishes } from './socket.js';
import type { Surroundings } from './surroundings.js';
import { parseTarget, targetUrl } from './target.js';
import { resolveToken } from './token.js';

/** A client plan whose target is known only once the server of `--loopback` listens. */
export type LoopbackPlan = Omit<ClientPlan, 'target'>;
export type LoopbackPingPlan = Omit<PingPlan, 'target'>;
export type LoopbackTracePlan = Omit<ReverseTracePlan, 'target'>;

interface RouteBack<P> {
  readonly plan: P;
  /** Shows the route there beside it. */
  readonly both: boolean;
  readonly geoip: GeoipOptions | undefined;
  readonly output: OutputPlan;
  readonly requireTarget?: boolean;
}

export type Command =
  | { readonly command: 'help' }
  /** No mode was given. */
  | { readonly command: 'usage' }
  | { readonly command: 'version'; readonly verbose: boolean }
  | { readonly command: 'client'; readonly plan: ClientPlan; readonly output: OutputPlan }
  | { readonly command: 'loopback'; readonly plan: LoopbackPlan; readonly output: OutputPlan }
  | { readonly command: 'ping'; readonly plan: PingPlan; readonly output: OutputPlan }
  | { readonly command: 'loopback-ping'; readonly plan: LoopbackPingPlan; readonly output: OutputPlan }
  | ({ readonly command: 'route-back' } & RouteBack<ReverseTracePlan>)
  | ({ readonly command: 'loopback-route-back' } & RouteBack<LoopbackTracePlan>)
  | {
      readonly command: 'traceroute';
      readonly options: TraceOptions;
      /** Undefined looks nothing up. */
      readonly geoip: GeoipOptions | undefined;
      readonly output: OutputPlan;
      readonly requireTarget?: boolean;
    }
  | {
      readonly command: 'server';
      readonly plan: ServerPlan;
      /** 0 is no interval reports. */
      readonly intervalSeconds: number;
      /** For clients of the original wperf, which look nothing up. */
      readonly geoip: GeoipOptions | undefined;
      readonly output: OutputPlan;
    };

/**
 * @param argv the words after the program's name.
 * @throws WperfError 'usage', or 'file-failure' for a file that cannot be used.
 */
export function parseCommand(argv: readonly string[], outside: Surroundings): Command {
  const values = readWords(argv);
  if (values.help) return { command: 'help' };
  if (values.version) return { command: 'version', verbose: values.verbose ?? false };
  const output = outputPlan(values, outside);
  switch (checkCombination(values)) {
    case undefined:
      return { command: 'usage' };
    case 'client':
      if (values.ping) return { command: 'ping', plan: pingPlan(values, outside), output };
      if (showsRoutes(values)) {
        const plan = { ...loopbackTracePlan(values, outside), ...wayPlan(values, outside) };
        return { command: 'route-back', plan, ...routeBack(values, outside), output };
      }
      return { command: 'client', plan: clientPlan(values, outside), output };
    case 'loopback':
      if (values.ping) return { command: 'loopback-ping', plan: loopbackPingPlan(values, outside), output };
      if (showsRoutes(values)) {
        const plan = loopbackTracePlan(values, outside);
        return { command: 'loopback-route-back', plan, ...routeBack(values, outside), output };
      }
      return { command: 'loopback', plan: loopbackPlan(values, outside), output };
    case 'traceroute':
      return { command: 'traceroute', options: traceOptions(values), ...routeReport(values, outside), output };
    case 'server': {
      const intervalSeconds = values.interval ?? defaults.intervalSeconds;
      const geoip = geoipOptions(values, outside);
      return { command: 'server', plan: serverPlan(values, outside), intervalSeconds, geoip, output };
    }
  }
}

function clientPlan(values: FlagValues, outside: Surroundings): ClientPlan {
  return { ...loopbackPlan(values, outside), ...wayPlan(values, outside) };
}

function pingPlan(values: FlagValues, outside: Surroundings): PingPlan {
  return { ...loopbackPingPlan(values, outside), ...wayPlan(values, outside) };
}

function wayPlan(values: FlagValues, outside: Surroundings): Pick<ConnectionPlan, 'target' | 'ca' | 'proxy'> {
  const target = clientTarget(values);
  const proxy = clientProxy(values, target, outside);
  checkFamily(values, proxy === undefined ? target.host : '');
  checkTlsFlags(values, target);
  checkThroughProxy(values, proxy);
  const ca = values.cacert === undefined ? undefined : readPem('--cacert', values.cacert, 'CERTIFICATE', outside);
  return { target, ...given({ ca, proxy }) };
}

function clientTarget({ client = '', port }: FlagValues): Target {
  if (port === 0) {
    throw usageError(`${labelOf('port')} '0' is out of range`, `give the server's port, 1 to ${limits.port.max}`);
  }
  return parseNamed(labelOf('client'), hideCredentials(client), () => parseTarget(client, port));
}

function loopbackPlan(values: FlagValues, outside: Surroundings): LoopbackPlan {
  const mode = values.udp ? 'datagram' : 'throughput';
  if (mode === 'throughput' && values.bytes !== undefined && values['sim-loss']) {
    const rule = `with ${labelOf('sim-loss')} not all of ${labelOf('bytes')} would arrive, and the test never end`;
    throw usageError(rule, `use ${labelOf('time')}, or packets (${labelOf('udp')})`);
  }
  checkPorts(values);
  return {
    mode,
    direction: values.bidir ? 'bidir' : values.reverse ? 'down' : 'up',
    streams: values.parallel ?? defaults.streams,
    seconds: values.bytes === undefined ? (values.time ?? defaults.seconds) : limits.seconds.max,
    omitSeconds: values.omit ?? defaults.omitSeconds,
    blockBytes: blockBytes(values, mode),
    bitsPerSecond: values.bitrate ?? loadDefaults(mode).bitsPerSecond,
    intervalSeconds: values.interval ?? defaults.intervalSeconds,
    getServerOutput: values['get-server-output'] ?? false,
    latency: mode === 'throughput' && values['no-latency'] === undefined,
    ...connectionPlan(values, outside),
    ...given({
      bytes: values.bytes,
      simulation: simulationPlan(values),
      title: values.title,
      extraData: values['extra-data'],
    }),
  };
}

function blockBytes({ length }: FlagValues, mode: TestPlan['mode']): number {
  const { min, max } = blockLimits(mode);
  if (length === undefined) return loadDefaults(mode).blockBytes;
  if (length >= min && length <= max) return length;
  const kind = mode === 'datagram' ? 'packets of --udp' : 'blocks';
  const rule = `${labelOf('length')} '${sizeText(length)}' is out of range`;
  throw usageError(rule, `give ${sizeText(min)} to ${sizeText(max)} for ${kind}`);
}

function loopbackPingPlan(values: FlagValues, outside: Surroundings): LoopbackPingPlan {
  return {
    count: values['ping-count'] ?? defaults.pingCount,
    intervalSeconds: values.interval ?? defaults.intervalSeconds,
    ...connectionPlan(values, outside),
    ...given({ title: values.title, simulation: simulationPlan(values) }),
  };
}

function connectionPlan(values: FlagValues, outside: Surroundings): Omit<ConnectionPlan, 'target' | 'ca' | 'proxy'> {
  return {
    connectTimeoutMs: values['connect-timeout'] ?? defaults.connectTimeoutMs,
    headers: values.header ?? [],
    insecure: values.insecure ?? false,
    ...given({
      token: resolveToken(values, outside),
      family: chosenFamily(values),
      bind: values.bind?.address,
      socket: socketWishes(values),
      noLegacy: values['no-legacy'],
      legacyToken: values['legacy-token'],
    }),
  };
}

/** Undefined where no flag asks for one. A seed alone simulates nothing. */
function simulationPlan(values: FlagValues): SimulationPlan | undefined {
  const conditions = given({
    latencyMs: values['sim-latency'],
    jitterMs: values['sim-jitter'],
    lossPercent: values['sim-loss'],
    mtuBytes: values['sim-mtu'],
    sndbufBytes: values['sim-sndbuf'],
    rcvbufBytes: values['sim-rcvbuf'],
    noDelay: values['sim-tcp-nodelay'],
  });
  const seed = values['sim-seed'];
  if (Object.keys(conditions).length > 0) return { ...conditions, ...given({ seed }) };
  if (seed !== undefined)
    throw usageError(`${labelOf('sim-seed')} simulates nothing by itself`, 'give --sim-loss, say');
  return undefined;
}

function serverPlan(values: FlagValues, outside: Surroundings): ServerPlan {
  const { 'tls-cert': cert, 'tls-key': key } = values;
  const token = resolveToken(values, outside);
  if (values['tr-auth-only'] && token === undefined) {
    throw usageError(
      '--tr-auth-only needs a token that clients can prove',
      'give --token-file, --token or WPERF_TOKEN',
    );
  }
  const tls =
    cert === undefined || key === undefined
      ? undefined
      : {
          cert: readPem('--tls-cert', cert, 'CERTIFICATE', outside),
          key: readPem('--tls-key', key, 'PRIVATE KEY', outside),
        };
  return {
    port: values.port ?? defaults.port,
    oneOff: values['one-off'] ?? false,
    ...given({
      host: values.host,
      token,
      tls,
      path: values.path,
      trustProxy: values['trust-proxy']?.flat(),
      seconds: values.time,
      bytes: values.bytes,
      noLegacy: values['no-legacy'],
      traces: traceChanges(values),
    }),
  };
}

function routeBack(values: FlagValues, outside: Surroundings) {
  return { both: values['both-traceroutes'] ?? false, ...routeReport(values, outside) };
}

function routeReport(values: FlagValues, outside: Surroundings) {
  return { geoip: geoipOptions(values, outside), ...given({ requireTarget: values['tr-require-target'] }) };
}

function loopbackTracePlan(values: FlagValues, outside: Surroundings): LoopbackTracePlan {
  return { trace: traceWish(values), ...connectionPlan(values, outside) };
}

function outputPlan(values: FlagValues, { env }: Surroundings): OutputPlan {
  return {
    format: values.json ? 'json' : values['json-stream'] ? 'json-stream' : 'text',
    timestamps: values.timestamps ?? false,
    verbose: values.verbose ?? false,
    color: !values['no-color'] && !env.NO_COLOR,
    ...given({ unit: values.format, logfile: values.logfile }),
  };
}

function clientProxy(values: FlagValues, target: Target, outside: Surroundings): string | undefined {
  if (values.proxy !== undefined) return values.proxy;
  const found = outside.proxyFor(target);
  if (found === undefined) return undefined;
  return parseNamed('the proxy of the environment', hideCredentials(found), () => proxyUrl.parse(found));
}

function checkTlsFlags(values: FlagValues, target: Target): void {
  const flag = (['cacert', 'insecure'] as const).find((name) => values[name] !== undefined);
  if (flag === undefined || target.secure) return;
  throw usageError(`${labelOf(flag)} is for TLS, and ${targetUrl(target)} is without`, 'write -c wss://...');
}
