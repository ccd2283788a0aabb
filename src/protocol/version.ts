/** The version rule: one integer, in the name of the WebSocket sub-protocol. Ends of different versions refuse each other. */

export const PROTOCOL_VERSION = 1;
export const SUBPROTOCOL = `wperf.v${PROTOCOL_VERSION}`;

/** Response header in which a server names the sub-protocol that it speaks, whether it upgrades or refuses. */
export const PROTOCOL_HEADER = 'wperf-protocol';

/**
 * Request header in which a client may give its hello, as base64url, and response header in which a server says that it
 * has taken it: the grant then comes a round trip sooner.
 */
export const HELLO_HEADER = 'wperf-hello';
export const HELLO_TAKEN = 'taken';

/** The wperf versions in a `Sec-WebSocket-Protocol` value, e.g. `wperf.v2, chat` -> [2]. */
export function offeredVersions(header: string): number[] {
  return header
    .split(',')
    .map((name) => /^wperf\.v(\d{1,4})$/.exec(name.trim())?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number);
}
