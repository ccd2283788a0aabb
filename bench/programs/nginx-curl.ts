/**
 * A file from nginx to curl over TLS, to compare wss with. Only down: nginx writes an upload to a file or throws it away
 * in reads of 4 KiB, so neither says what a path over TLS can carry.
 */
import { startNginx } from '../../test/support/peers/nginx.js';
import { withUndo } from '../../test/support/undo.js';
import type { Sample } from '../measurement.js';
import type { Shared } from '../shared.js';
import { measurePair } from '../usage.js';

/** The rate for which the number of downloads is chosen; at half of it the measurement takes twice its seconds. */
const expectedBytesPerSecond = 0.75e9;

export function runNginxAndCurl(shared: Shared, seconds: number): Promise<Sample> {
  return withUndo(async (later) => {
    const certificates = await shared.certificates();
    const file = await shared.bigFile();
    const nginx = await startNginx(later, certificates, `root ${file.folder};`);
    const downloads = Math.max(2, Math.round((seconds * expectedBytesPerSecond) / file.bytes));
    // The downloads follow each other on one connection; each line tells one's bytes and its time without the handshake.
    const url = `https://127.0.0.1:${nginx.httpsPort}/${file.name}?[1-${downloads}]`;
    const format = '%{http_code} %{size_download} %{time_pretransfer} %{time_total}\\n';
    const argv = ['curl', '-sS', '--noproxy', '*', '--cacert', certificates.ca, '-o', '/dev/null', '-w', format, url];
    const pair = await measurePair(later, nginx.process, argv, seconds * 20);
    const lines = pair.finished.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map(Number));
    if (pair.finished.exitCode !== 0 || lines.some(([status]) => status !== 200)) {
      throw new Error(`curl: ${pair.finished.stderr}${pair.finished.stdout}`);
    }
    const bytes = lines.reduce((sum, [, size = Number.NaN]) => sum + size, 0);
    const transferSeconds = lines.reduce((sum, [, , from = Number.NaN, to = Number.NaN]) => sum + to - from, 0);
    return { bitsPerSecond: [(bytes * 8) / transferSeconds], bytes, client: pair.client, server: pair.server };
  });
}
