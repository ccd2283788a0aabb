/** The report in HTML of a document of whatever kind. */
import type { AnyWhole } from '../document/read.js';
import { reportPage } from './load/page.js';
import { pingPage } from './ping/ping-page.js';
import { routePage, routesPage } from './route/route-page.js';

export function anyPage(whole: AnyWhole): string {
  switch (whole.kind) {
    case 'test':
      return reportPage(whole);
    case 'pings':
      return pingPage(whole);
    case 'route':
      return routePage(whole);
    case 'routes':
      return routesPage(whole);
  }
}
