/**
 * Every failure a user can meet: a stable code, what was attempted, with whom, and what to do about it.
 * `exitNames` is the one place that maps codes to the process's exit code.
 */

export const exitCodes = {
  success: 0,
  usage: 1,
  connect: 2,
  refused: 3,
  test: 4,
  local: 5,
  /** Only where the user asked for it. */
  notReached: 6,
  tooSlow: 7,
  tooLate: 8,
  tooLossy: 9,
  interrupted: 130,
} as const;

/** What the process exits with, by the code of its failure. */
const exitNames = {
  usage: 'usage',
  'dns-failure': 'connect',
  'connection-refused': 'connect',
  unreachable: 'connect',
  timeout: 'connect',
  'tls-failure': 'connect',
  'proxy-failure': 'connect',
  'not-wperf': 'refused',
  'version-mismatch': 'refused',
  'token-required': 'refused',
  'token-rejected': 'refused',
  'token-not-asked': 'refused',
  'login-refused': 'refused',
  'server-unproven': 'refused',
  'server-full': 'refused',
  'request-refused': 'refused',
  'protocol-violation': 'test',
  'peer-lost': 'test',
  'peer-terminated': 'test',
  'no-load': 'test',
  'port-in-use': 'local',
  'listen-failure': 'local',
  'file-failure': 'local',
  'too-many-files': 'local',
  'no-local-port': 'local',
  'socket-option': 'local',
  interrupted: 'interrupted',
  'trace-unavailable': 'local',
  internal: 'local',
} as const satisfies Readonly<Record<string, keyof typeof exitCodes>>;

export type ErrorCode = keyof typeof exitNames;

/** Of what is no code of these, as a program may hand on of any error: that of this machine. */
export function exitCode(code: ErrorCode): number {
  return Object.hasOwn(exitNames, code) ? exitCodes[exitNames[code]] : exitCodes.local;
}

interface ErrorDetail {
  /** What was being done, e.g. `connect`, `handshake`, `test`, `listen`. */
  readonly operation?: string | undefined;
  /** Whom it was done with, e.g. `192.0.2.7:8765`. */
  readonly peer?: string | undefined;
  /** What the user can do. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

export class WperfError extends Error {
  override readonly name = 'WperfError';
  readonly code: ErrorCode;
  readonly operation: string | undefined;
  readonly peer: string | undefined;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(stripControl(message), detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.operation = detail.operation;
    this.peer = detail.peer;
    this.hint = detail.hint === undefined ? undefined : stripControl(detail.hint);
  }

  /** One line for a person: the message, then the hint. */
  get line(): string {
    return this.hint === undefined ? this.message : `${this.message}: ${this.hint}`;
  }
}

/** Any thrown value as a WperfError, so that no stack trace ever reaches a user. */
export function toWperfError(thrown: unknown): WperfError {
  if (thrown instanceof WperfError) return thrown;
  if (isOutOfFiles(thrown)) return tooManyFiles(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new WperfError('internal', message, { cause: thrown });
}

/** The same of a peer that is to blame: its name goes in front where the message lacks it. */
export function ofPeer({ code, message, operation = 'test', hint, cause }: WperfError, peer: string): WperfError {
  const text = message.includes(peer) ? message : `${peer}: ${message}`;
  return new WperfError(code, text, { operation, peer, hint, cause });
}

/** The system has no descriptor left for a file or a connection, for this process or for all. */
export function isOutOfFiles(thrown: unknown): boolean {
  return ['EMFILE', 'ENFILE'].includes(systemCodeOf(thrown));
}

/** By which the system names its error, e.g. `ENOENT`; empty of another's. */
export function systemCodeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
}

export function tooManyFiles(cause: unknown): WperfError {
  const text = 'this machine lets wperf open no more files and connections';
  return new WperfError('too-many-files', text, { hint: 'raise the limit (ulimit -n), or use fewer streams', cause });
}

/** Datagrams that the system of this machine refuses to send (EPERM). */
export function refusedHere(peer: string, hint: string, cause: Error): WperfError {
  const text = `this machine refuses to send UDP to ${peer}, as a firewall of its own has it do (${cause.message})`;
  return new WperfError('unreachable', text, { operation: 'connect', peer, hint, cause });
}

/** Text from a peer made safe to print: control characters (C0, DEL, C1) and bidirectional overrides removed. */
export function stripControl(text: string): string {
  return withoutControl(text).trim();
}

/** The same with its blanks at either end. */
export function withoutControl(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}
