/** The parts of the page that only reckon. */
import { describe, expect, test } from 'vitest';
import { browserOf } from '../../web/page/browser-name.js';
import { areaPath, linePath, runsOf, scalesOf } from '../../web/page/chart/geometry.js';
import { Series } from '../../web/page/chart/series.js';
import { digits, milliseconds, rate, roundDigits, roundUp, volume } from '../../web/page/numbers.js';
import { hashOf, settingsOf, usual, whole } from '../../web/page/settings.js';
import { Background } from '../../web/worker/background.js';
import { BodySize } from '../../web/worker/http/body-size.js';
import { isSpooled } from '../../web/worker/http/judge.js';
import { jitterOf } from '../../web/worker/jitter.js';
import { loadsOf, omitSecondsOf, streamsOf, uploadsOf } from '../../web/worker/shape.js';
import { whereabouts } from '../../web/worker/whereabouts.js';
import { FakeClock } from '../support/fake-clock.js';

const KIB = 1024;

describe('figures', () => {
  test.each([
    [0, '0'],
    [0.0123, '0.01'],
    [0.5, '0.50'],
    [1.234, '1.23'],
    [12.34, '12.3'],
    [123.4, '123'],
    [1234, '1234'],
    [999.9, '1000'],
    [Number.NaN, '–'],
  ])('%f has three digits: %s', (value, text) => {
    expect(digits(value)).toBe(text);
  });

  test.each([
    [undefined, '– Mbit/s'],
    [0, '0 kbit/s'],
    [999, '1.00 kbit/s'],
    [64_000, '64.0 kbit/s'],
    [2_500_000, '2.50 Mbit/s'],
    [940_000_000, '940 Mbit/s'],
    [2_340_000_000, '2.34 Gbit/s'],
  ])('%s bit/s is shown as %s', (value, text) => {
    const { figure, unit } = rate(value);
    expect(`${figure} ${unit}`).toBe(text);
  });

  test('of unknown latency are a dash, not nothing', () => {
    expect(milliseconds(null).figure).toBe('–');
    expect(milliseconds(0).figure).toBe('0');
  });

  test.each([
    [2500, '2.50 kB'],
    [2_500_000, '2.50 MB'],
    [1_250_000_000, '1.25 GB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(volume(bytes)).toBe(text);
  });

  test.each([
    [0, 1],
    [0.3, 0.5],
    [1, 1],
    [1.1, 2],
    [23, 50],
    [51, 100],
  ])('%f is rounded up to %f', (value, round) => {
    expect(roundUp(value)).toBeCloseTo(round, 9);
  });

  test('on an axis have no digits that say nothing', () => {
    expect([0.1 + 0.2, 8, 2.5].map(roundDigits)).toEqual(['0.3', '8', '2.5']);
  });
});

describe('settings', () => {
  test('are as usual where a link says nothing good', () => {
    for (const hash of ['', '#', '#direction=sideways&seconds=0&streams=99', '#seconds=1.5&streams=x']) {
      expect(settingsOf(hash)).toEqual(usual);
    }
  });

  test('are repeated by their own link, without a token', () => {
    const settings = { course: 'bidir', seconds: 30, streams: 3 } as const;
    expect(settingsOf(hashOf(settings))).toEqual(settings);
    expect(hashOf({ ...settings, token: 'sesame' } as never)).not.toContain('sesame');
  });

  test('take whole numbers alone', () => {
    expect([whole('3', 1, 4), whole('5', 1, 4), whole('', 0, 4), whole(null, 0, 4), whole('1e0', 1, 4)]).toEqual([
      3,
      undefined,
      undefined,
      undefined,
      1,
    ]);
  });
});

describe('the shape of a run', () => {
  test('is one test a direction, or one for both', () => {
    expect(loadsOf('both')).toEqual(['down', 'up']);
    expect(loadsOf('bidir')).toEqual(['bidir']);
  });

  test.each([
    [1, 0.2],
    [5, 1],
    [10, 2],
    [60, 2],
  ])('omits of %i s the first %f', (seconds, omitted) => {
    expect(omitSecondsOf(seconds)).toBe(omitted);
  });

  test.each(['down', 'up', 'bidir'] as const)('has at most four requests at a time, %s', (load) => {
    for (const asked of [1, 2, 3, 4]) {
      const streams = streamsOf(asked, load);
      const uploads = load === 'down' ? 0 : uploadsOf(streams, load);
      const downloads = load === 'up' ? 0 : 1;
      expect(streams * (uploads + downloads)).toBeLessThanOrEqual(4);
    }
  });
});

describe('bodies of uploads', () => {
  test('begin small and grow to a second', () => {
    const size = new BodySize(32 * KIB * KIB);
    const seen = [size.bytes];
    for (let i = 0; i < 6; i++) {
      size.arrived(size.bytes, size.bytes / 12.5e6);
      seen.push(size.bytes);
    }
    expect(seen.slice(0, 3)).toEqual([256 * KIB, 1024 * KIB, 4096 * KIB]);
    expect(seen.at(-1)).toBe(12_500_000);
  });

  test('stay as they were on a slow path', () => {
    const size = new BodySize(32 * KIB * KIB);
    size.arrived(size.bytes, 10);
    expect(size.bytes).toBe(256 * KIB);
  });

  test('are halved where they are too large, stay below, and give up at last', () => {
    const size = new BodySize(32 * KIB * KIB);
    expect(size.wasTooLarge(2048 * KIB)).toBe(true);
    size.arrived(1024 * KIB, 1e-3);
    expect(size.bytes).toBe(1024 * KIB);
    for (let i = 0; i < 6; i++) expect(size.wasTooLarge(size.bytes)).toBe(true);
    expect(size.wasTooLarge(size.bytes)).toBe(false);
  });

  test.each([
    [0.5, 0.48, false],
    [0.5, 0.01, true],
    [0.5, 0, true],
    [0.04, 0, false],
  ])('that took %f s to send and %f s to arrive were kept back: %s', (spent, arrived, spooled) => {
    expect(isSpooled(spent, arrived)).toBe(spooled);
  });
});

test('jitter is the mean difference of neighbours', () => {
  expect(jitterOf([10, 12, 9, 9])).toBeCloseTo(5 / 3, 9);
  expect(jitterOf([10])).toBeUndefined();
});

describe('the chart', () => {
  const series = new Series();
  const report = (direction: 'down' | 'up', fromSeconds: number, bytes: number) =>
    ({ type: 'rate', direction, fromSeconds, toSeconds: fromSeconds + 0.2, bytes, omitted: false }) as const;
  series.rates.push(report('down', 0.2, 500_000), report('down', 0.4, 250_000), report('up', 1.4, 125_000));
  series.rtts.push(
    { type: 'rtt', load: 'down', loaded: false, atSeconds: 0.1, rttMs: 5 },
    { type: 'rtt', load: 'down', loaded: true, atSeconds: 0.3, rttMs: 21 },
  );

  test('has round scales that hold all of it', () => {
    expect(scalesOf(series, 100, 50, 5)).toMatchObject({ seconds: 5, bitsPerSecond: 20e6, ms: 40 });
    expect(scalesOf(new Series(), 100, 50, 0)).toMatchObject({ seconds: 1, bitsPerSecond: 2e6, ms: 4 });
  });

  test('draws reports that follow each other as one line', () => {
    expect(runsOf(series, 'down').map((run) => run.length)).toEqual([2]);
    expect(
      linePath([
        [0, 1],
        [2.04, 3],
      ]),
    ).toBe('M0.0 1.0L2.0 3.0');
    expect(
      areaPath(
        [
          [0, 1],
          [2, 3],
        ],
        9,
      ),
    ).toBe('M0.0 1.0L2.0 3.0L2.0 9L0.0 9Z');
    expect(areaPath([], 9)).toBe('');
  });

  test('stands in rows too, a second each', () => {
    expect(series.rows()).toEqual([
      { second: 0, down: 15e6, up: undefined, rttMs: 13 },
      { second: 1, down: undefined, up: expect.closeTo(5e6, -1), rttMs: undefined },
    ]);
    expect(series.recent('up')).toBeCloseTo(5e6, -1);
  });
});

test.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36',
    'Chrome 156',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0',
    'Edge 150',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0', 'Firefox 130'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
    'Safari 26',
  ],
  ['curl/8', 'unknown browser'],
])('a browser is named shortly: %s', (agent, name) => {
  expect(browserOf(agent)).toBe(name);
});

describe('a hop', () => {
  test.each([
    [{}, ''],
    [{ country: 'DE' }, 'Germany'],
    [{ country: 'QX' }, 'QX'],
    [{ country: 'NL', asn: 64_500, asName: 'Example' }, 'Netherlands, AS64500 Example'],
    [{ asn: 64_500 }, 'AS64500'],
    [{ label: 'private', country: 'NL' }, 'private'],
  ])('of %j is said to be: %s', (annotation, text) => {
    expect(whereabouts(annotation)).toBe(text);
  });
});

test('the time that nobody saw the page is counted, also while it goes on', () => {
  const clock = new FakeClock();
  const background = new Background(clock);
  clock.advance(1);
  expect(background.seconds).toBe(0);
  background.turn(true);
  clock.advance(2);
  background.turn(true);
  clock.advance(1);
  expect(background.seconds).toBe(3);
  background.turn(false);
  clock.advance(5);
  expect(background.seconds).toBe(3);
});
