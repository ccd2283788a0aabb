/** What a server with `-J` has on record of its tests. */
import type { WperfServer } from './wperf.js';

export interface ServerReport {
  readonly end: {
    readonly sum_received: { readonly bits_per_second: number };
    readonly sum_received_bidir_reverse?: { readonly bits_per_second: number };
  };
}

/** Once there are so many. */
export async function reportsOf({ process }: WperfServer, count: number): Promise<ServerReport[]> {
  const read = () => process.stdout.split(/^}\n/m).filter((text) => text.trim() !== '');
  await process.until(() => read().length >= count, `write ${count} reports`);
  return read().map((text) => JSON.parse(`${text}}`));
}

/** In a report of both ways at once the server's own direction comes second. */
export function rateOf(report: ServerReport | undefined, direction: string, way: string): number {
  const { sum_received, sum_received_bidir_reverse } = report?.end ?? {};
  const sum = direction === 'bidir' && way === 'down' ? sum_received_bidir_reverse : sum_received;
  return sum?.bits_per_second ?? Number.NaN;
}
