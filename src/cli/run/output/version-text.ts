import { arch, platform, release } from 'node:os';
import { software } from '../../../package.js';
import { SUBPROTOCOL } from '../../../protocol/version.js';

export async function versionText(verbose: boolean): Promise<string> {
  if (!verbose) return software;
  const machine = `${platform()} ${release()} ${arch()}`;
  const { shippedSources } = await import('../../../geoip/sources.js');
  const sources = await shippedSources();
  const data = sources.map(({ name, date, license, attribution }) =>
    [`data ${name} of ${date}`, license, attribution].filter((fact) => fact !== undefined).join(', '),
  );
  return [software, `protocol ${SUBPROTOCOL}`, `node ${process.versions.node}`, machine, ...data].join('\n');
}
