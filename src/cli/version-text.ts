import { arch, platform, release } from 'node:os';
import { SUBPROTOCOL } from '../protocol/version.js';
import { software } from '../version.js';

export function versionText(verbose: boolean): string {
  if (!verbose) return software;
  const machine = `${platform()} ${release()} ${arch()}`;
  return [software, `protocol ${SUBPROTOCOL}`, `node ${process.versions.node}`, machine].join('\n');
}
