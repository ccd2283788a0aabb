/** What may carry load: names of wperf's own, and paths of modules. */

export const protos = ['ws', 'tcp', 'udp', 'kcp'] as const;

/** What a server offers to browsers beside those. */
export const pageProtos = ['http'] as const;

/** Those of them that carry packets, and nothing else. */
export const packetProtos: readonly string[] = ['udp'];

/** A setting of udp: 1 where the user has said how long packets are to be, in fragments if need be. */
export const EXACT_LENGTH = 'exactLength';

/** A setting of udp: 1 to find out the longest datagram that passes, each way. */
export const PROBE_MTU = 'probeMtu';

/** A file is told from a name by what no name has. */
export function isModulePath(text: string): boolean {
  return /[/\\]/.test(text) || /\.[cm]?js$/.test(text);
}
