/** Why no connection came about, in a user's terms: which machine failed, and what to do. */
import { closeSync, openSync } from 'node:fs';
import { devNull, networkInterfaces } from 'node:os';
import { type ErrorCode, isOutOfFiles, stripControl, tooManyFiles, WperfError } from '../../errors.js';
import { zoneFlaw } from '../../host/zone.js';
import { type Family, familyOf } from '../../net/ip.js';
import type { Way } from '../transport.js';
import { ProxyRefusal } from './proxy.js';
import { AllFailed, type Failure } from './race.js';
import { NothingSaid, TooLate } from './step.js';

/** Whom a step deals with. */
export interface Party {
  readonly role: 'server' | 'proxy';
  /** `host:port`, as shown to the user. */
  readonly name: string;
  /** Of a server: the command that serves there, for hints. */
  readonly service?: string | undefined;
}

export interface NodeError extends Error {
  readonly code?: string;
  readonly syscall?: string;
  readonly address?: string;
  /** OpenSSL's own words, and Node's of a certificate. */
  readonly reason?: string;
}

/** Addresses that a message names, so that it stays one line. */
const NAMED_ADDRESSES = 4;

/** `server.example:8765`, `the proxy proxy.example:3128`. */
function partyText({ role, name }: Party): string {
  return role === 'proxy' ? `the proxy ${name}` : name;
}

/** The name has no address, or nobody says which. */
export function resolveError(thrown: unknown, party: Party, family: Family | undefined): WperfError {
  const error = thrown as NodeError;
  const kind = family === undefined ? 'the address' : `an IPv${family} address`;
  const text = `cannot find ${kind} of ${partyText(party)}`;
  // A resolver without a descriptor says that there is no such name.
  if (isOutOfFiles(error) || !canOpenFiles()) return tooManyFiles(error);
  const silent = 'the DNS does not answer: check the network';
  if (error instanceof TooLate)
    return failed(party, 'timeout', `${text} within ${error.milliseconds} ms`, silent, error);
  const hint = error.code === 'EAI_AGAIN' ? silent : 'check the name and the DNS';
  return failed(party, 'dns-failure', text, hint, error);
}

/** An address was given that cannot be reached by the family that was chosen. */
export function otherFamily(address: string, family: Family): WperfError {
  const hint = `drop -${family} and --bind, or name another host`;
  return new WperfError('usage', `${address} is not an IPv${family} address`, { operation: 'connect', hint });
}

/** What was chosen of this end of a connection. */
type OwnEnd = Pick<Way, 'bind' | 'socket'>;

/** None of the party's addresses could be connected to. */
export function reachError(thrown: unknown, party: Party, own: OwnEnd): WperfError {
  if (thrown instanceof WperfError) return thrown;
  const failures = thrown instanceof AllFailed ? thrown.failures : [];
  const ofMachine = failures.map(({ error }) => machineError(error as NodeError, own));
  const decisive = ofMachine.find((error) => error && (!isOfOneAddress(error) || ofMachine.every(Boolean)));
  if (decisive) return decisive;
  const [first, ...others] = failures;
  if (first === undefined) return failed(party, 'dns-failure', `${partyText(party)} has no address`, undefined, thrown);
  const codes = failures.map(({ error }) => reasonOf(error as NodeError).code);
  const code = (['connection-refused', 'timeout', 'unreachable'] as const).find((each) => codes.includes(each));
  const text = others.length === 0 ? aloneText(first, party) : togetherText(failures, party);
  return failed(party, code ?? 'unreachable', text, reachHint(code, party), first.error);
}

/** What this machine lacks for one address says nothing of why the others failed. */
function isOfOneAddress({ code }: WperfError): boolean {
  return code === 'unreachable' || code === 'usage';
}

function aloneText({ error }: Failure, party: Party): string {
  const { code, words } = reasonOf(error as NodeError);
  return code === 'unreachable' ? `there is no way to ${partyText(party)}${words}` : `${partyText(party)} ${words}`;
}

/** `server.example:80 cannot be reached: 192.0.2.7 refused the connection, 2001:db8::7 did not answer within 900 ms`. */
function togetherText(failures: readonly Failure[], party: Party): string {
  const reasons = failures.slice(0, NAMED_ADDRESSES).map(({ address, error }) => {
    const { code, words } = reasonOf(error as NodeError);
    return code === 'unreachable' ? `no way to ${address}${words}` : `${address} ${words}`;
  });
  const more = failures.length - reasons.length;
  return `${partyText(party)} cannot be reached: ${reasons.join(', ')}${more > 0 ? `, nor ${more} more` : ''}`;
}

function reasonOf(error: NodeError): { readonly code: ErrorCode; readonly words: string } {
  if (error instanceof TooLate) return { code: 'timeout', words: `did not answer within ${error.milliseconds} ms` };
  if (error.code === 'ETIMEDOUT') return { code: 'timeout', words: 'did not answer' };
  if (error.code === 'ECONNREFUSED') return { code: 'connection-refused', words: 'refused the connection' };
  if (error.code === 'ECONNRESET') return { code: 'connection-refused', words: 'closed the connection at once' };
  return { code: 'unreachable', words: ` (${error.code ?? error.message})` };
}

/** The command that serves at the server. */
export function serviceOf({ service = 'wperf -s' }: Party): string {
  return service;
}

function reachHint(code: ErrorCode | undefined, party: Party): string {
  if (code === 'timeout') return 'check the address and firewalls, or raise --connect-timeout';
  if (code === 'connection-refused')
    return party.role === 'proxy'
      ? 'check its address and port'
      : `is "${serviceOf(party)}" running there, and on this port?`;
  return 'check the network and -4 or -6';
}

/** A TLS handshake that did not end well. */
export function tlsError(thrown: unknown, party: Party): WperfError {
  const error = thrown as NodeError;
  if (error instanceof TooLate) {
    const text = `${partyText(party)} did not answer with TLS within ${error.milliseconds} ms`;
    return failed(party, 'timeout', text, `${notTlsHint(party)}, or raise --connect-timeout`, error);
  }
  const why = stripControl(error.reason || error.message)
    .slice(0, 200)
    .replace(/:$/, '');
  const hint = notTls.has(error.code ?? '') ? notTlsHint(party) : tlsHint(error, party);
  return failed(party, 'tls-failure', `TLS with ${partyText(party)} failed: ${why}`, hint, error);
}

const notTls = new Set(['ECONNRESET', 'EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);

function notTlsHint({ role }: Party): string {
  return `it may not speak TLS on this port: use ${role === 'proxy' ? 'http:// for the proxy' : 'ws://'}`;
}

/** OpenSSL ended it by its rules, or the far end with an alert (RFC 8446, section 6.2), which may come after the handshake. */
export function isOfHandshake({ code = '' }: NodeError): boolean {
  return code.startsWith('ERR_SSL_');
}

const isOfDates = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

function tlsHint(error: NodeError, { role }: Party): string {
  const { code = '' } = error;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'use the name in its certificate';
  if (isOfHandshake(error))
    return 'it may want its name in place of an address, a certificate of the client, or another version of TLS';
  const authority = role === 'proxy' ? 'name its authority in NODE_EXTRA_CA_CERTS' : 'give its authority with --cacert';
  const remedy = isOfDates.has(code) ? "have it renewed, or this machine's clock set" : authority;
  return role === 'proxy' ? remedy : `${remedy}, or --insecure to measure without checking`;
}

/** The proxy was reached, but did not connect to the server. */
export function proxyError(thrown: unknown, proxy: Party, peer: string): WperfError {
  if (thrown instanceof WperfError) return thrown;
  const error = (thrown instanceof AllFailed ? thrown.failures[0]?.error : thrown) as NodeError;
  if (error instanceof WperfError) return error;
  const text = `${partyText(proxy)} did not connect to ${peer}`;
  if (error instanceof TooLate) {
    const doubt = error instanceof NothingSaid ? '; is it a proxy of this kind?' : '';
    const hint = `the proxy, or the server behind it, does not answer${doubt}`;
    return failed(proxy, 'timeout', `${text} within ${error.milliseconds} ms`, hint, error);
  }
  if (error instanceof ProxyRefusal)
    return failed(proxy, 'proxy-failure', `${text}: ${error.message}`, error.hint, error);
  const closed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
  const why = closed ? 'it closed the connection without an answer' : systemWordsOf(error);
  return failed(proxy, 'proxy-failure', `${text}: ${why}`, 'is it a proxy of this kind? check --proxy', error);
}

/** What is a fault of this machine, whomever it was connecting to. */
export function machineError(error: NodeError, { bind, socket }: OwnEnd = {}): WperfError | undefined {
  if (error instanceof WperfError) return error;
  if (isOutOfFiles(error)) return tooManyFiles(error);
  if (socket?.localPort !== undefined && isAboutPort(error)) return portRefused(socket.localPort, error);
  const address = error.syscall === 'bind' ? (bind ?? '') : (error.address ?? '');
  const flaw = error.code === 'EINVAL' ? zoneFlaw(address) : undefined;
  if (flaw) return local('usage', flaw.text, flaw.hint, error);
  if (error.code === 'EADDRINUSE') return noFreePort(error);
  if (error.code !== 'EADDRNOTAVAIL' && error.code !== 'EINVAL') return undefined;
  if (error.syscall === 'bind') {
    const hint = 'give --bind an address of this machine, or leave it out';
    return local('unreachable', `${address} is not an address of this machine`, hint, error);
  }
  const family = familyOf(address);
  if (error.code === 'EADDRNOTAVAIL' && hasAddress(family)) return noFreePort(error);
  const text = `this machine has no address from which to connect to ${address}`;
  return local('unreachable', text, 'check --bind, -4 and -6', error);
}

/** A connect finds no address where an earlier connection from the port to the same server is not forgotten yet. */
function isAboutPort({ code, syscall }: NodeError): boolean {
  return code === 'EADDRINUSE' || code === (syscall === 'bind' ? 'EACCES' : 'EADDRNOTAVAIL');
}

function portRefused(port: number, cause: NodeError): WperfError {
  if (cause.code === 'EACCES') {
    const text = `--cport: this machine does not let this user connect from port ${port}`;
    return local('no-local-port', text, 'give a port from 1024 on', cause);
  }
  const text = `--cport: port ${port} is in use on this machine`;
  return local('port-in-use', text, 'give another, or wait until an earlier connection from it is forgotten', cause);
}

function canOpenFiles(): boolean {
  try {
    closeSync(openSync(devNull, 'r'));
    return true;
  } catch (error) {
    return !isOutOfFiles(error);
  }
}

function hasAddress(family: Family | undefined): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some((each) => familyOf(each.address) === family));
}

function noFreePort(cause: NodeError): WperfError {
  const text = 'this machine has no local port left for one more connection';
  return local('no-local-port', text, 'wait until earlier connections are forgotten, or use fewer streams', cause);
}

function local(code: ErrorCode, text: string, hint: string, cause: unknown): WperfError {
  return new WperfError(code, text, { operation: 'connect', hint, cause });
}

/** All failures of a proxy have one code, so that no script takes them for the server's. */
function failed(party: Party, code: ErrorCode, text: string, hint: string | undefined, cause: unknown): WperfError {
  const detail = { operation: 'connect', peer: party.name, hint, cause };
  return new WperfError(party.role === 'proxy' ? 'proxy-failure' : code, text, detail);
}

/** The system's own words on one line; those of a parser of HTTP say less than what it met. */
export function systemWordsOf({ message, code, name }: NodeError): string {
  if (code?.startsWith('HPE_')) return 'what it says is not HTTP';
  return stripControl(message || code || name).slice(0, 200);
}
