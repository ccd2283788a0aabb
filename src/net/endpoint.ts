/** One end of a connection as text: everywhere the same, in errors, reports and logs. Pure. */

interface Endpoint {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port?: number | undefined;
}

/** `server.example:8765`, `192.0.2.7:8765`, `[2001:db8::7]:8765` (RFC 3986, section 3.2.2); the host alone where no port is known. */
export function endpointText({ host, port }: Endpoint): string {
  return port === undefined ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
