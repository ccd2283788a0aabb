/** Files that are none: a device without an end, a folder. Each is refused in one line, and none is waited for or removed. */
import { existsSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { makeCertificates } from '../support/certificates.js';
import { describeNeeding, program } from '../support/needs.js';
import { runWperf } from '../support/wperf.js';

const endless = '/dev/zero';

describeNeeding('a file without an end', [program('openssl')], () => {
  test.each([
    ['-I', `-I/--pidfile '${endless}' is there, and no regular file`],
    ['--config', `--config '${endless}' cannot be read: it has more than 65536 bytes`],
    ['--token-file', `--token-file '${endless}' cannot be read: it has more than 33554432 bytes`],
    ['--tls-cert', `--tls-cert '${endless}' cannot be read: it has more than 33554432 bytes`],
    ['--tls-key', `--tls-key '${endless}' cannot be read: it has more than 33554432 bytes`],
    ['--iperf3-users', `--iperf3-users '${endless}' cannot be read: it has more than 33554432 bytes`],
    ['--proto', `the module ${endless} is no file: name one`],
  ])('is refused as %s of a server', async (flag, words) => {
    const { cert, key } = await makeCertificates(onTestFinished);
    const beside: Readonly<Record<string, readonly string[]>> = {
      '--tls-cert': ['--tls-key', key],
      '--tls-key': ['--tls-cert', cert],
      '--iperf3-users': ['--iperf3-private-key', key],
    };
    const { exitCode, stderr } = await runWperf(['-s', '-p', '0', flag, endless, ...(beside[flag] ?? [])]);
    expect(stderr).toContain(`wperf: error: ${words}`);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(exitCode).toBeGreaterThan(0);
    expect(existsSync(endless)).toBe(true);
  });

  test.each([
    ['-c wss://127.0.0.1:1 --cacert', `--cacert '${endless}' cannot be read`],
    ['-c 127.0.0.1:1 --iperf3 --username a --rsa-public-key-path', `--rsa-public-key-path '${endless}' cannot be read`],
    ['--traceroute 127.0.0.1 --geoip-db', `${endless}: it is no file`],
    ['--loopback --proto', `the module ${endless} is no file: name one`],
    ['--loopback --proto', 'the module /dev is no file: name one', '/dev'],
  ])('is refused as what %s names', async (words, told, file = endless) => {
    const { exitCode, stderr } = await runWperf([...words.split(' '), file]);
    expect(stderr).toContain(told);
    expect(stderr).not.toContain('    at ');
    expect(exitCode).toBeGreaterThan(0);
  });
});
