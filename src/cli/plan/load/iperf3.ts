/** A test against a server of iperf3, as a command line asks for it, and what does not go with that. */
import { defaults, iperf3, limits } from '../../../defaults/index.js';
import { given } from '../../../given.js';
import type { Iperf3Plan, Target } from '../../../plan/plan.js';
import { BadValue } from '../../../units.js';
import { type FlagValues, labelOf } from '../../flags/table.js';
import { usageError } from '../../flags/usage.js';
import { readPem } from '../files.js';
import type { Surroundings } from '../surroundings.js';
import { parseTarget } from '../way/target.js';

/** Undefined without `--iperf3`. An empty password is one still to be asked for. */
export function iperf3Plan(values: FlagValues, outside: Surroundings): Iperf3Plan | undefined {
  const { iperf3: asked, username, retry, 'rsa-public-key-path': keyPath } = values;
  if (!asked) return undefined;
  const plan = given({ retrySeconds: retry, repeatingPayload: values['repeating-payload'] });
  if (username === undefined || keyPath === undefined) return plan;
  const publicKey = readPem('--rsa-public-key-path', keyPath, 'PUBLIC KEY', outside);
  const { IPERF3_PASSWORD: password = '' } = outside.env;
  return { login: { username, password, publicKey }, ...plan };
}

/** Throws WperfError 'usage'. */
export function checkIperf3(values: FlagValues): void {
  const { iperf3: asked, omit = 0, udp, username = '' } = values;
  if (!asked) return;
  if (!Number.isInteger(omit)) {
    throw usageError(`${labelOf('omit')} ${omit}: a server of iperf3 leaves out whole seconds`, 'give a whole number');
  }
  if (/\s/.test(username)) {
    throw usageError(`${labelOf('username')} has white space, which no name of iperf3 has`, 'give another');
  }
  const { cport, bidir, parallel = defaults.streams } = values;
  const most = limits.socket.localPort.max + 1 - 2 * parallel;
  if (bidir && cport !== undefined && cport > most) {
    const rule = `${labelOf('cport')} ${cport} leaves no ports for ${2 * parallel} connections`;
    throw usageError(rule, `give at most ${most}`);
  }
  const flag = (['set-mss', 'congestion'] as const).find((name) => values[name] !== undefined);
  if (udp && flag !== undefined) {
    throw usageError(`${labelOf(flag)} is for TCP, and ${labelOf('udp')} has none`, 'leave one of them away');
  }
}

export function checkPacketsPassProxy({ iperf3: asked, udp }: FlagValues, proxy: string | undefined): void {
  if (!asked || !udp || proxy === undefined) return;
  throw usageError(
    `${labelOf('udp')} with ${labelOf('iperf3')} goes by UDP, which passes no proxy`,
    'leave the proxy away (--proxy, HTTP_PROXY and others of the environment), or measure without --udp',
  );
}

/** Throws BadValue for a URL: it would promise a WebSocket, or TLS. */
export function parseIperf3Target(text: string, port: number | undefined): Target {
  if (text.includes('://')) throw new BadValue('is a URL, and iperf3 has none', 'give host or host:port');
  return parseTarget(text, port, iperf3.port);
}
