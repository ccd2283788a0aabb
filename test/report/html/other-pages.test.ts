import { describe, expect, it } from 'vitest';
import { WperfError } from '../../../src/errors.js';
import type { PingEvent } from '../../../src/events/ping.js';
import { readAny } from '../../../src/report/document/read.js';
import { anyPage } from '../../../src/report/html/any-page.js';
import { htmlReporter } from '../../../src/report/html/reporter.js';
import { RoutesDocument } from '../../../src/report/json/both-routes.js';
import { PingDocumentBuilder } from '../../../src/report/json/ping.js';
import { TraceDocument } from '../../../src/report/json/route.js';
import type { TraceReport } from '../../../src/report/reporter.js';
import { identity } from '../fixtures.js';
import { backEvents, pingEvents, thereEvents } from '../other-documents.js';
import { wordsOf } from './words.js';

const failure = { type: 'error', error: new WperfError('unreachable', 'nobody is there') } as const;

function pingsOf(events: readonly PingEvent[]): string {
  const reporter = htmlReporter(new PingDocumentBuilder(identity));
  for (const event of events) reporter.event(event);
  return reporter.page() ?? '';
}

function routeOf(events: readonly TraceReport[]): string {
  const reporter = htmlReporter(new TraceDocument());
  for (const event of events) reporter.event(event);
  return reporter.page() ?? '';
}

function routesOf(there: readonly TraceReport[], back: readonly TraceReport[]): string {
  const reporter = htmlReporter(new RoutesDocument());
  for (const event of there) reporter.event({ direction: 'forward', event });
  for (const event of back) reporter.event({ direction: 'reverse', event });
  return reporter.page() ?? '';
}

function expectWords(page: string, texts: readonly string[]): void {
  const words = wordsOf(page);
  for (const text of texts) expect(words).toContain(text);
}

describe('the report of pings', () => {
  it('shows each of them, percentiles, what was lost, and through which proxy', () => {
    const page = pingsOf(pingEvents);
    expectWords(page, [
      'Round trips to server.example:8765',
      'Median 1.00 ms 95 %: 1.45 ms',
      'Lost 33.3 % 2 of 3 answered',
      '2 0.50 ms 1.10 ms 1.00 ms 1.45 ms 1.49 ms 1.50 ms 0.25 ms',
      '3, one each 0.5 s',
      'http://proxy.example:3128',
      'websocket over TLS',
      'wperf 1.2.2',
      'Notes less than asked',
      '2 lost',
    ]);
    expect(page).toMatch(/<path class="line latency" d="M64 [\d.]+L503 [\d.]+"/);
    expect(page).toMatch(/<path class="open" d="M939 0l/);
  });

  it('of none that came back says why', () => {
    expectWords(pingsOf([failure]), ['Pings that did not begin', 'The pings failed. nobody is there']);
    const [start, , ...rest] = pingEvents;
    const silent = rest.map((event) =>
      event.type === 'ping-end' ? { ...event, rtt: null, interrupted: true } : event,
    );
    expectWords(pingsOf([...(start ? [start] : []), ...silent]), ['ended before its time', '2 of 3 answered']);
  });
});

describe('the report of a route', () => {
  it('has a table of its hops', () => {
    expectWords(routeOf(thereEvents), [
      'Route to server.example',
      'Hops 4 Target reached Round trip 9.10 ms',
      'Hop Host Address Country, AS Round trips Lost Remarks',
      '1 router.home 10.0.0.1 private 0.50 0.25 12.3 ms 0 of 3',
      '2 198.51.100.1 NL, AS64500 Example Hosting 5.00 ms 1 of 3 limits its replies, MPLS 24001',
      '198.51.100.2 6.00 ms !X',
      '3 * \u2013 3 of 3',
      '4 192.0.2.9 NL, AS64500 Example Hosting 9.10 9.20 9.30 ms 0 of 3 6 hops back',
      'Replies missing at hop 2 may be rate limiting there',
      'To server.example (192.0.2.9)',
      'UDP, port 33434; 3 for each hop, each waited for 1 s',
    ]);
  });

  it('back tells as whom the server sees this machine, and what it keeps to itself', () => {
    expectWords(routeOf(backEvents), [
      'Route back from server.example',
      'This machine silent',
      '1 2 addresses hidden by the server 0.25 0.50 ms 1 of 3',
      '2 203.0.113.7 7.00 8.00 9.00 ms 0 of 3 in-band',
      'There was no answer from 203.0.113.7.',
      '203.0.113.7:4711: through NAT or a proxy, here it is 10.0.0.2:4711',
      'http://proxy.example:3128',
      'earlier, ended 12 s before',
      'Notes fewer probes',
    ]);
  });

  it('beside the way back has both, and how alike they are', () => {
    expectWords(routesOf(thereEvents, backEvents), [
      'Routes to server.example and back',
      'Hops there 4',
      'Hops back 2',
      'There Back, read upward',
      '1 router.home (10.0.0.1), private',
      'The way there Hop Host',
      'The way back Hop Address',
      'The way back: fewer probes',
    ]);
    const alike = thereEvents.map((event) =>
      event.type === 'trace-hop' && event.ttl === 4 ? { ...event, end: undefined } : event,
    ) as TraceReport[];
    expectWords(routesOf(alike, thereEvents.slice(0, -2)), ['same address']);
  });

  it('that failed says why', () => {
    expectWords(routeOf([failure]), ['A route that was not traced', 'The trace failed. nobody is there']);
    expectWords(routesOf(thereEvents, [failure]), [
      'The trace of the way back failed. nobody is there',
      'Hops there 4',
    ]);
  });
});

describe.each([
  ['pings', () => pingsOf(pingEvents)],
  ['a route', () => routeOf(backEvents)],
  ['both routes', () => routesOf(thereEvents, backEvents)],
])('a page of %s', (_name, make) => {
  it('runs nothing, needs nothing, and comes back the same', () => {
    const page = make();
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toMatch(/\s(src|href|on\w+)=|url\(|@import|<(img|link|iframe|object|embed|form|base)\b/);
    expect(anyPage(readAny(page, 'x'))).toBe(page);
  });

  it('has what any peer says as text', () => {
    const attack = `"'><script>alert(1)</script><img src=x onerror=alert(1)>\u202e`;
    const { raw } = readAny(make(), 'x');
    const hostile = JSON.stringify(raw, (key, value) =>
      typeof value === 'string' && !/^(version|direction|reason|likeness|kind|end)$/.test(key) ? attack : value,
    );
    const page = anyPage(readAny(hostile, 'x'));
    expect(page).not.toMatch(/<script>|<img|\u202e/);
    expect(wordsOf(page)).toContain('<script>alert(1)</script>');
  });
});
