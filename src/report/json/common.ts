/** What the JSON of tests, pings and routes has in common. */
import type { WperfError } from '../../errors.js';
import type { ErrorEvent, NoticeEvent, StreamInfo } from '../../events/load.js';
import type { PeerAddress } from '../../events/peer.js';

export interface Identity {
  /** `wperf 1.0.0`. */
  readonly software: string;
  /** What `uname` tells. */
  readonly systemInfo: string;
}

export function programObject({ software, systemInfo }: Identity) {
  return { version: software, system_info: systemInfo };
}

export function timestampObject(wallMs: number) {
  return {
    time: new Date(wallMs).toUTCString(),
    timesecs: Math.floor(wallMs / 1000),
    timemillisecs: Math.floor(wallMs),
  };
}

export function connectedObject({ id, localHost, localPort, remoteHost, remotePort }: StreamInfo) {
  return { socket: id, local_host: localHost, local_port: localPort, remote_host: remoteHost, remote_port: remotePort };
}

export function acceptedObject({ host, port, byProxy }: PeerAddress) {
  return { host, port: port ?? null, ...(byProxy !== undefined && { by_proxy: byProxy }) };
}

/** Of a document that ends with it. */
export function failureObject({ line, code }: WperfError) {
  return { error: line, error_code: code };
}

/** In a stream, where an event has a line of its own. */
export function lineOfMessage(event: NoticeEvent | Pick<ErrorEvent, 'type' | 'error'>) {
  if (event.type === 'notice') return { event: 'notice', data: event.text };
  return { event: 'error', data: event.error.line, error_code: event.error.code };
}
