import { expect, it } from 'vitest';
import type { StreamReport } from '../../../src/modes/load/stream/figures.js';
import type { StreamOptions } from '../../../src/modes/load/stream/options.js';
import { Reports } from '../../../src/modes/load/stream/reports.js';
import { shortTest } from '../../support/plans.js';

function reporting() {
  const [said, shown]: [{ readonly type: string }[], StreamReport[]] = [[], []];
  const stream = { data: {}, link: {}, talk: { say: (word: { readonly type: string }) => said.push(word) } };
  const options = { stream, role: 'server', test: shortTest, onInterval: (report: StreamReport) => shown.push(report) };
  return { said, shown, reports: new Reports(options as unknown as StreamOptions) };
}

const record = { index: 0, omitted: false, start: 0, end: 1, bytes: 5 };

it('intervals are told to both, those that this end sends to whoever runs it alone', () => {
  const { said, shown, reports } = reporting();
  reports.received(record);
  reports.sent(record, undefined, undefined);
  expect(said).toEqual([{ type: 'interval', ...record }]);
  expect(shown).toEqual([
    { sender: false, record },
    { sender: true, record },
  ]);
  expect(reports.awaits(false)).toBe(false);
});

it('an interval that is over after the end is shown no more', () => {
  const { shown, reports } = reporting();
  reports.end();
  reports.received(record);
  reports.sent(record, undefined, undefined);
  expect(shown).toEqual([]);
});
