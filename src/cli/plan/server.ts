import { defaults } from '../../defaults/index.js';
import { given } from '../../given.js';
import type { ServerPlan } from '../../plan/plan.js';
import { isModulePath, pageProtos, protos } from '../../plan/protos.js';
import { type FlagValues, labelOf } from '../flags/table.js';
import { usageError } from '../flags/usage.js';
import { readPem } from './files.js';
import { handedSocket } from './handed.js';
import { iperf3Of } from './iperf3-server.js';
import { silenceSecondsOf, timeOf } from './load/amount.js';
import { traceChanges } from './routes.js';
import type { Surroundings } from './surroundings.js';
import { resolveToken } from './token.js';

/** Throws WperfError 'usage', or 'file-failure' for a certificate or key that cannot be used. */
export function serverPlan(values: FlagValues, outside: Surroundings): ServerPlan {
  const token = resolveToken(values, outside);
  if (values['tr-auth-only'] && token === undefined) {
    throw usageError(
      '--tr-auth-only needs a token that clients can prove',
      'give --token-file, --token or WPERF_TOKEN',
    );
  }
  return {
    port: values.port ?? defaults.port,
    oneOff: values['one-off'] ?? false,
    ...given({
      host: values.host,
      descriptor: handedSocket(values, outside),
      token,
      tls: tlsPlan(values, outside),
      path: values.path,
      trustProxy: values['trust-proxy']?.flat(),
      ...timeOf(values),
      bytes: values.bytes,
      rate: values['server-bitrate-limit'],
      silenceSeconds: silenceSecondsOf(values),
      intervalSeconds: values.interval,
      noLegacy: values['no-legacy'],
      iperf3: iperf3Of(values, outside, token !== undefined),
      noPage: values['no-page'],
      allowProto: allowedProtos(values),
      modules: modulesOf(values),
      traces: traceChanges(values),
    }),
  };
}

/** A module's name is known once it is loaded. */
function allowedProtos({ 'allow-proto': names, proto }: FlagValues): readonly string[] | undefined {
  const known: readonly string[] = [...protos, ...pageProtos];
  const stranger = names?.find((name) => !known.includes(name));
  if (stranger === undefined || proto !== undefined) return names;
  const rule = `${labelOf('allow-proto')} '${stranger}' is none of ${known.join(', ')}`;
  throw usageError(rule, `check the name, or give its module with ${labelOf('proto')}`);
}

/** A server has its own transports anyway. */
function modulesOf({ proto }: FlagValues): string[] | undefined {
  if (proto === undefined) return undefined;
  if (isModulePath(proto)) return [proto];
  const rule = `${labelOf('proto')} '${proto}' on a server names no module`;
  throw usageError(rule, `leave it away, or limit what is offered with ${labelOf('allow-proto')}`);
}

function tlsPlan({ 'tls-cert': cert, 'tls-key': key }: FlagValues, outside: Surroundings): ServerPlan['tls'] {
  if (cert === undefined || key === undefined) return undefined;
  return {
    cert: readPem('--tls-cert', cert, 'CERTIFICATE', outside),
    key: readPem('--tls-key', key, 'PRIVATE KEY', outside),
  };
}
