import { describe, expect, it } from 'vitest';
import { exitCode } from '../../../src/errors.js';
import {
  machineError,
  proxyError,
  reachError,
  resolveError,
  tlsError,
} from '../../../src/transport/connect/failure.js';
import { ProxyRefusal } from '../../../src/transport/connect/proxy.js';
import { AllFailed } from '../../../src/transport/connect/race.js';
import { TooLate } from '../../../src/transport/connect/step.js';

const server = { role: 'server', name: 's.example:8765' } as const;
const proxy = { role: 'proxy', name: 'p.example:3128' } as const;
const failing = (code: string, more: object = {}) => Object.assign(new Error(code), { code, ...more });
const late = new TooLate(900);

function told(error: { code: Parameters<typeof exitCode>[0]; line: string } | undefined): string | undefined {
  return error && `${error.code} ${exitCode(error.code)} ${error.line}`;
}

describe('who could not be reached', () => {
  const reached = (party: typeof server | typeof proxy, ...failures: [string, unknown][]) =>
    told(reachError(new AllFailed(failures.map(([address, error]) => ({ address, error }))), party, {}));

  it.each([
    [failing('ECONNREFUSED'), 'connection-refused 2 s.example:8765 refused the connection: is "wperf -s" running'],
    [late, 'timeout 2 s.example:8765 did not answer within 900 ms: check the address and firewalls'],
    [failing('ETIMEDOUT'), 'timeout 2 s.example:8765 did not answer: check the address and firewalls'],
    [failing('EHOSTUNREACH'), 'unreachable 2 there is no way to s.example:8765 (EHOSTUNREACH): check the network'],
    [failing('EPERM'), 'unreachable 2 there is no way to s.example:8765 (EPERM): check the network'],
    [failing('EMFILE'), 'too-many-files 5 this machine lets wperf open no more files and connections: raise the limit'],
  ])('the server: %s', (error, line) => {
    expect(reached(server, ['192.0.2.1', error])).toContain(line);
  });

  it.each([
    [failing('ECONNREFUSED'), 'proxy-failure 2 the proxy p.example:3128 refused the connection: check its address'],
    [late, 'proxy-failure 2 the proxy p.example:3128 did not answer within 900 ms: check the address and firewalls'],
    [failing('ENETUNREACH'), 'proxy-failure 2 there is no way to the proxy p.example:3128 (ENETUNREACH): check'],
    [failing('ENFILE'), 'too-many-files 5 this machine lets'],
  ])('the proxy: %s', (error, line) => {
    expect(reached(proxy, ['192.0.2.1', error])).toContain(line);
  });

  it('tells of each address, on one line', () => {
    const several: [string, unknown][] = [
      ['2001:db8::1', failing('ENETUNREACH')],
      ['192.0.2.1', failing('ECONNREFUSED')],
    ];
    expect(reached(server, ...several)).toBe(
      'connection-refused 2 s.example:8765 cannot be reached: no way to 2001:db8::1 (ENETUNREACH), 192.0.2.1 refused the connection: is "wperf -s" running there, and on this port?',
    );
    const local: [string, unknown][] = [
      ['fe80::9', failing('EINVAL', { syscall: 'connect', address: 'fe80::9' })],
      ['127.0.0.1', failing('ECONNREFUSED')],
    ];
    expect(reached(server, ...local)).toMatch(
      /^connection-refused 2 s.example:8765 cannot be reached: no way to fe80::9 /,
    );
    const many = Array.from({ length: 9 }, (_, i): [string, unknown] => [`192.0.2.${i}`, late]);
    expect(reached(server, ...many)).toContain('192.0.2.3 did not answer within 900 ms, nor 5 more: check');
  });

  it('names a resolver that finds nothing', () => {
    expect(told(resolveError(failing('ENOTFOUND'), server, undefined))).toBe(
      'dns-failure 2 cannot find the address of s.example:8765: check the name and the DNS',
    );
    expect(told(resolveError(failing('ENOTFOUND'), proxy, 6))).toBe(
      'proxy-failure 2 cannot find an IPv6 address of the proxy p.example:3128: check the name and the DNS',
    );
    expect(told(resolveError(failing('EAI_AGAIN'), server, undefined))).toContain('the DNS does not answer');
    expect(told(resolveError(late, server, undefined))).toMatch(/^timeout 2 cannot find .* within 900 ms/);
    expect(told(resolveError(failing('EMFILE'), server, undefined))).toMatch(/^too-many-files 5 /);
  });
});

describe('what is wrong with this machine', () => {
  const address = '127.0.0.1';
  it.each([
    [failing('EADDRINUSE', { syscall: 'bind' }), 'no-local-port 5 this machine has no local port left'],
    [failing('EADDRNOTAVAIL', { syscall: 'connect', address }), 'no-local-port 5 this machine has no local port left'],
    [failing('EADDRNOTAVAIL', { syscall: 'bind' }), 'unreachable 2 192.0.2.9 is not an address of this machine'],
    [failing('EINVAL', { syscall: 'connect', address: 'fe80::1' }), 'usage 1 fe80::1 is a link-local address without'],
    [failing('EINVAL', { syscall: 'connect', address: 'fe80::1%lo' }), 'unreachable 2 this machine has no address'],
    [
      failing('EINVAL', { syscall: 'connect', address: 'fe80::1%nope' }),
      'usage 1 fe80::1%nope has a zone that is no interface of this machine: name one of',
    ],
  ])('%s', (error, line) => {
    expect(told(machineError(error, { bind: '192.0.2.9' }))).toContain(line);
  });

  it('is nothing of others', () => {
    expect(machineError(failing('ECONNREFUSED'))).toBeUndefined();
  });
});

describe('what a proxy, or TLS, did', () => {
  it.each([
    [
      new ProxyRefusal('HTTP 403 No', 'its rules forbid it'),
      'did not connect to s:1: HTTP 403 No: its rules forbid it',
    ],
    [late, 'did not connect to s:1 within 900 ms: the proxy, or the server behind it, does not answer'],
    [failing('ECONNRESET'), 'did not connect to s:1: it closed the connection without an answer: is it a proxy'],
    [failing('HPE_INVALID_CONSTANT'), 'did not connect to s:1: what it says is not HTTP: is it a proxy of this kind?'],
  ])('the proxy: %s', (error, line) => {
    expect(told(proxyError(error, proxy, 's:1'))).toContain(`proxy-failure 2 the proxy p.example:3128 ${line}`);
  });

  it.each([
    [server, failing('ERR_SSL_WRONG_VERSION_NUMBER', { reason: 'wrong version number' }), 'use ws://'],
    [server, failing('ECONNRESET'), 'use ws://'],
    [server, failing('DEPTH_ZERO_SELF_SIGNED_CERT'), '--cacert'],
    [
      server,
      failing('ERR_TLS_CERT_ALTNAME_INVALID', { reason: "IP: 192.0.2.7 is not in the cert's list: " }),
      "is not in the cert's list: use the name in its certificate$",
    ],
    [server, failing('CERT_HAS_EXPIRED'), "have it renewed, or this machine's clock set, or --insecure"],
    [proxy, failing('CERT_NOT_YET_VALID'), "have it renewed, or this machine's clock set$"],
    [server, failing('ERR_SSL_TLSV1_UNRECOGNIZED_NAME'), 'it may want its name in place of an address, [^-]*$'],
    [proxy, failing('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'), 'or another version of TLS$'],
    [proxy, failing('EPROTO'), 'use http:// for the proxy'],
    [proxy, failing('SELF_SIGNED_CERT_IN_CHAIN'), 'NODE_EXTRA_CA_CERTS'],
  ])('TLS: %o %s', (party, error, hint) => {
    const code = party.role === 'proxy' ? 'proxy-failure' : 'tls-failure';
    expect(told(tlsError(error, party))).toMatch(new RegExp(`^${code} 2 TLS with (the proxy )?\\S+ failed: .*${hint}`));
  });
});
