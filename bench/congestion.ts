/** The congestion controls that a throughput is measured under: each changes who wins. */
import { readFileSync } from 'node:fs';

const common = ['bbr', 'cubic'];

/** Those in common use that this kernel offers; none where it does not tell, and then its own holds. */
export function congestionControls(): readonly string[] {
  return read('tcp_available_congestion_control').filter((name) => common.includes(name));
}

/** What a connection has that asks for none. */
export function usualCongestionControl(): string {
  return read('tcp_congestion_control')[0] ?? 'unknown';
}

function read(name: string): string[] {
  try {
    return readFileSync(`/proc/sys/net/ipv4/${name}`, 'latin1').trim().split(/\s+/);
  } catch {
    return [];
  }
}
