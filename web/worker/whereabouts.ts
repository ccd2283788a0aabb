/** Where a hop is, as people say it. Pure. */
import type { Annotation } from '../../src/events/hop.js';

/** `Germany, AS3320 Deutsche Telekom AG`, with what is known of it; empty where nothing is. */
export function whereabouts({ country, asn, asName, label }: Annotation): string {
  const network = [asn === undefined ? '' : `AS${asn}`, asName ?? ''].filter((part) => part !== '').join(' ');
  return [label ?? countryName(country), network].filter((part) => part !== '').join(', ');
}

function countryName(code: string | undefined): string {
  return code === undefined ? '' : (new Intl.DisplayNames(['en'], { type: 'region' }).of(code) ?? code);
}
