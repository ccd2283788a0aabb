/** Where a hop is, as people say it. Pure. */
import type { Annotation } from '../../src/events/hop.js';
import { placeText } from '../../src/report/text/route/place.js';

/** `Germany, AS3320 Deutsche Telekom AG`, with what is known of it; empty where nothing is. */
export function whereabouts({ country, ...place }: Annotation): string {
  return placeText({ ...place, country: country && countryName(country) });
}

function countryName(code: string): string {
  return new Intl.DisplayNames(['en'], { type: 'region' }).of(code) ?? code;
}
