import { describe, expect, it } from 'vitest';
import { readAny, readDocument, withRoutes } from '../../../src/report/document/read.js';
import { reportPage } from '../../../src/report/html/load/page.js';
import { datagram, documentOf, latencyOf, packetsOf, readOf, trips, wholeOf } from '../documents.js';
import { endOf, failure, intervalOf, startOf } from '../fixtures.js';
import { backEvents, routesDocumentOf, thereEvents, traceDocumentOf } from '../other-documents.js';
import { wordsOf } from './words.js';

const pageOf = (events: Parameters<typeof readOf>[0]) => reportPage(readOf(events));

describe('the report in HTML', () => {
  it('shows what was run, both ends, percentiles and processors', () => {
    const start = startOf({ direction: 'down' }, { proxy: 'http://proxy.example:3128', secure: true });
    const words = wordsOf(pageOf(wholeOf(start, { warnings: ['Hm.'] })));
    for (const text of [
      'down from server.example:8765',
      'http://proxy.example:3128',
      'websocket over TLS',
      '192.0.2.1:40001',
      'server.example:8765 through the proxy',
      'Download 1.00 Gbit/s',
      'Latency idle 21.0 ms',
      'Latency loaded down 121 ms',
      'Bufferbloat C 100 ms added',
      '496 round trips a minute',
      'Loaded down 121 ms 122 ms',
      '30 % (10 user, 20 system)',
      '41 % (11 user, 30 system)',
      'wperf 1.2.2',
      'cubic (sender), bbr (receiver)',
      'Warnings Hm.',
    ]) {
      expect(words).toContain(text);
    }
  });

  it('names the way whose loaded latency is missing', () => {
    const latency = { ...latencyOf('up'), loadedUp: null, bufferbloatMs: null, grade: null, rpm: null };
    expect(wordsOf(pageOf(wholeOf(startOf({ direction: 'up' }), { latency })))).toContain('Latency loaded up \u2013');
  });

  it('draws rate and latency on one time axis, each direction with a dash of its own', () => {
    const page = pageOf(wholeOf(startOf({ direction: 'bidir' })));
    const [drawing = ''] = /<svg class="chart wide"[\s\S]*?<\/svg>/.exec(page) ?? [];
    for (const line of ['line up', 'line down', 'line latency', 'idle', 'open']) {
      expect(drawing).toContain(`<path class="${line}"`);
    }
    // 1 Gbit/s for the whole of two seconds, from the left margin to the right one.
    expect(drawing).toMatch(/class="line up" d="M64 ([\d.]+)H503V\1H942"/);
    expect(page).toMatch(/\.line\.down\{[^}]*stroke-dasharray/);
  });

  it('tells which way a round trip waited where both are loaded and that is known', () => {
    const start = startOf({ direction: 'bidir' });
    const page = pageOf(wholeOf(start));
    for (const text of ['Queued each way, ms', 'Of it queued up 50.5 ms', 'Of it queued down 50.5 ms']) {
      expect(wordsOf(page)).toContain(text);
    }
    expect(page).toContain('<path class="line up queue"');
    expect(wordsOf(page)).not.toContain('cannot be told');
    const { queueUp: _, queueDown: __, ...unknown } = latencyOf('bidir');
    const loaded = trips.loaded.map(({ atSeconds, rttMs }) => ({ atSeconds, rttMs }));
    const words = wordsOf(pageOf(wholeOf(start, { latency: { ...unknown, trips: { ...trips, loaded } } })));
    expect(words).not.toContain('queued');
    expect(words).toContain('which of them held it up cannot be told');
  });

  it('has the hops of routes that were put beside the test', () => {
    const routes = [traceDocumentOf(backEvents), routesDocumentOf(thereEvents, backEvents)];
    const test = readDocument(JSON.stringify(documentOf(wholeOf(startOf()))), 'x');
    const beside = (before: typeof test, route: unknown) =>
      withRoutes(before, readAny(JSON.stringify(route), 'x'), 'y');
    const whole = routes.reduce<typeof test>(beside, test);
    const page = reportPage(whole);
    for (const text of ['Hops back Hop Address', 'Hops there Hop Host', 'Both ways beside each other', 'router.home']) {
      expect(wordsOf(page)).toContain(text);
    }
    expect(readDocument(page, 'x')).toEqual(whole);
    expect(reportPage(readDocument(page, 'x'))).toBe(page);
    expect(() => withRoutes(test, test, "--from 'y'")).toThrow("--from 'y' is no result of a route");
  });

  it('draws loss below where there are packets', () => {
    const page = pageOf(packetsOf(datagram));
    const words = wordsOf(page);
    expect(words).toContain('Lost packets, %');
    expect(words).toContain('Lost 1.5 % 15 of 1,000');
    expect(words).toContain('Jitter 0.25 ms');
    expect(wordsOf(pageOf(wholeOf(startOf())))).not.toContain('Lost');
  });

  it.each([
    ['before it began', [failure], 'A test that did not begin'],
    ['midway', [startOf(), intervalOf(startOf(), 0), failure], 'up to server.example:8765'],
    ['with figures', [startOf(), { ...failure, partial: endOf(startOf(), { interrupted: true }) }], '1.00 Gbit/s'],
  ] as const)('of a test that failed %s says why', (_name, events, text) => {
    const words = wordsOf(pageOf(events));
    expect(words).toContain('The test failed. server.example:8765 refused the connection: is it there?');
    expect(words).toContain(text);
  });

  it('says that a test was interrupted, what figures are missing, and which bounds broke', () => {
    const failedChecks = [{ check: 'rate', direction: 'up', figure: null, bound: 5e8 }] as const;
    const end = endOf(startOf(), { interrupted: true, failedChecks }, { received: null });
    const words = wordsOf(pageOf([startOf(), end]));
    expect(words).toContain('ended before its time');
    expect(words).toContain('receiver \u2013 \u2013 missing');
    expect(words).toContain('Upload: the rate is missing, and --fail-below asks for 500 Mbits/sec.');
  });

  it('runs nothing, needs nothing, and is one document', () => {
    const page = pageOf(wholeOf(startOf()));
    expect(page).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    );
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toMatch(/\s(src|href|on\w+)=/);
    expect(page).not.toMatch(/url\(|@import|<(img|link|iframe|object|embed|form|base)\b/);
  });

  it('comes back the same', () => {
    const page = pageOf(wholeOf(startOf({ direction: 'bidir', streams: 3 }, { title: 'a < b & "c"' })));
    const again = reportPage(readDocument(page, 'report.html'));
    expect(again).toBe(page);
    expect(readDocument(page, 'report.html').raw).toEqual(
      JSON.parse(
        JSON.stringify(documentOf(wholeOf(startOf({ direction: 'bidir', streams: 3 }, { title: 'a < b & "c"' })))),
      ),
    );
  });

  it('keeps to a bounded size however long the test was', () => {
    const start = startOf({ seconds: 20_000 });
    const [interval] = [intervalOf(start, 0)];
    const intervals = Array.from({ length: 20_000 }, (_, second) => ({
      ...interval,
      sums: interval.sums.map((sum) => ({ ...sum, start: second, end: second + 1, bytes: 1e6 * (second % 7) })),
      streams: [],
    }));
    const page = pageOf([start, ...intervals, endOf(start)]);
    expect(page.indexOf('<script')).toBeLessThan(250_000);
    expect(wordsOf(page)).toContain('The first 600 of 20000');
  });
});

describe('what a peer says', () => {
  const attack = `"'><script>alert(1)</script><img src=x onerror=alert(1)></title></style></pre>\u202e\u0000&lt;`;
  const start = startOf(
    { direction: 'bidir', streams: 2 },
    {
      ...{ title: attack, extraData: attack, peerSoftware: attack, transport: attack, proxy: attack },
      peer: { host: attack, port: 1 },
      streams: [{ id: 1, localHost: attack, localPort: 1, remoteHost: attack, remotePort: 1 }],
    },
  );
  const events = [
    start,
    { type: 'notice', level: 'info', text: attack } as const,
    ...wholeOf(start, {
      ...{ warnings: [attack], serverOutput: `${attack}\n  ${attack}` },
      congestion: { sender: attack, receiver: attack },
    }).slice(1),
  ];

  it('reaches no page as markup, in the JSON of a server neither', () => {
    const json = endOf(start, { serverOutputJson: { title: attack } });
    const page = pageOf([start, json]);
    expect(page).toContain('own report</summary><pre>{\n  &#34;title&#34;: ');
    expect(page).not.toContain(attack);
  });

  it('reaches no page as markup', () => {
    const page = pageOf(events);
    const harmless = pageOf(
      JSON.parse(
        JSON.stringify(events, (_key, value) => (typeof value === 'string' ? value.replaceAll(attack, 'x') : value)),
      ),
    );
    const elements = (text: string) => [...text.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map(([, name]) => name);
    expect(elements(page)).toEqual(elements(harmless));
    expect(page).not.toMatch(/<script>|<img|[\p{Bidi_Control}]/u);
    expect(page).not.toContain('\0');
    expect(wordsOf(page)).toContain('<script>alert(1)</script>');
  });

  it('comes back as it was, out of the document that the page carries', () => {
    expect(readDocument(pageOf(events), 'x').raw).toMatchObject({ title: attack, extra_data: attack });
  });

  it('reaches no page of a test that failed', () => {
    const error = Object.assign(Object.create(failure.error), { message: attack });
    const page = pageOf([start, { type: 'error', error }]);
    expect(page).not.toMatch(/<script>|<img/);
  });
});
