/** Zones of link-local addresses (RFC 4007): the network interface by its name, and by its number as the kernel has it. */
import { networkInterfaces } from 'node:os';

/** 0 is none. */
export function scopeIdOf(zone: string | undefined): number {
  if (zone === undefined) return 0;
  if (/^\d+$/.test(zone)) return Number(zone);
  return (
    networkInterfaces()
      [zone]?.map((each) => (each.family === 'IPv6' ? each.scopeid : 0))
      .find(Boolean) ?? 0
  );
}

/** The number itself where no interface has it. */
export function zoneOf(scopeId: number): string {
  const found = Object.entries(networkInterfaces()).find(([, addresses]) =>
    addresses?.some((each) => each.family === 'IPv6' && each.scopeid === scopeId),
  );
  return found?.[0] ?? String(scopeId);
}
