import type { Running } from '../processes.js';

/** Where a peer runs. */
export interface Place {
  /** The address to listen on (127.0.0.1). */
  readonly host?: string | undefined;
  /** Words that run a program inside a network namespace. */
  readonly within?: readonly string[] | undefined;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface ProxyServer {
  /** Its log names every request, so that a test can see that it was used. */
  readonly process: Running;
  readonly host: string;
  readonly port: number;
}
