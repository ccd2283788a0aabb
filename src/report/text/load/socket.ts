/** Options of sockets in the text reports: what was asked for, and what the kernels made of it. */
import type { SocketReport } from '../../../events/load.js';
import type { SocketFacts } from '../../../measure/tcp.js';
import { sizeFigure } from '../format.js';

export function isAsked({ asked }: SocketReport): boolean {
  return Object.keys(asked).length > 0;
}

/** `Socket: window 256 KiB (here send 512 KiB receive 512 KiB), TOS 0x28 (here 0x28, there 0x28)`. */
export function socketLine({ asked, local, remote }: SocketReport): string {
  const { windowBytes, tos, mssBytes, congestion, dontFragment, localPort, device } = asked;
  const ends = (text: (facts: SocketFacts) => string) =>
    ` (here ${text(local)}${remote ? `, there ${text(remote)}` : ''})`;
  const parts = [
    windowBytes !== undefined && `window ${sizeFigure(windowBytes)}${ends(bufferText)}`,
    tos !== undefined && `TOS ${octetText(tos)}${ends((facts) => octetText(facts.tos))}`,
    mssBytes !== undefined && `MSS ${mssBytes} bytes${ends((facts) => String(facts.mssBytes ?? 'unknown'))}`,
    congestion !== undefined && `congestion control ${congestion}${ends((facts) => facts.congestion ?? 'unknown')}`,
    dontFragment && 'no fragments',
    localPort !== undefined && `local port ${localPort}`,
    device !== undefined && `interface ${device}`,
  ];
  return `Socket: ${parts.filter(Boolean).join(', ')}`;
}

/** What the kernel chose by itself. */
export function buffersLine({ local: { sndbufBytes, rcvbufBytes } }: SocketReport): string | undefined {
  if (sndbufBytes === undefined || rcvbufBytes === undefined) return undefined;
  return `Socket buffers: ${bufferText({ sndbufBytes, rcvbufBytes })}`;
}

function bufferText({ sndbufBytes, rcvbufBytes }: SocketFacts): string {
  if (sndbufBytes === undefined || rcvbufBytes === undefined) return 'unknown';
  return `send ${sizeFigure(sndbufBytes)} receive ${sizeFigure(rcvbufBytes)}`;
}

function octetText(octet: number | undefined): string {
  return octet === undefined ? 'unknown' : `0x${octet.toString(16).padStart(2, '0')}`;
}
