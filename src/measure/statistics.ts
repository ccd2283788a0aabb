/** What a transport knows of its connections, as named columns that a report draws without having heard of them. Pure. */
import type { Span } from './span.js';
import { allOf } from './union.js';

/** By name. Counts only grow. */
export type Statistics = Readonly<Record<string, number>>;

export interface StatisticColumn {
  /** Its key in JSON. */
  readonly key: string;
  /** Its head in text. */
  readonly title: string;
  /** A count shows what came to it since the last interval; a level shows as it stands; a share is `part` in percent of `whole`. */
  readonly kind: 'count' | 'level' | 'share';
  /** Behind each figure in text, e.g. `ms`. */
  readonly unit?: string;
  /** Of a share: the names of two counts. */
  readonly part?: string;
  readonly whole?: string;
}

/** Cuts one connection's running figures into intervals, and into the whole that counts. */
export class StatisticsGathering {
  readonly #columns: readonly StatisticColumn[];
  #base: Statistics;
  #last: Statistics;
  readonly #levels = new Map<string, { sum: number; times: number }>();

  constructor(columns: readonly StatisticColumn[], first: Statistics) {
    this.#columns = columns;
    this.#base = first;
    this.#last = first;
  }

  /** Since the last cut. */
  cut(now: Statistics): Statistics {
    const since = differences(now, this.#last);
    this.#last = now;
    for (const { key, kind } of this.#columns) if (kind === 'level') this.#addLevel(key, now[key]);
    return shown(this.#columns, now, since);
  }

  /** Leaves out what was counted so far: the omitted beginning is over. */
  forget(): void {
    this.#base = this.#last;
    this.#levels.clear();
  }

  /** Counts of the whole, and levels on average over the ends of its intervals, of which the last is `now`. */
  summary(now: Statistics): Statistics {
    const running = now === this.#last ? {} : now;
    const levels = this.#columns.flatMap(({ key, kind }) =>
      kind === 'level' ? [[key, this.#mean(key, running[key])] as const] : [],
    );
    return shown(this.#columns, { ...now, ...Object.fromEntries(levels) }, differences(now, this.#base));
  }

  #addLevel(key: string, value: number | undefined): void {
    if (value === undefined) return;
    const { sum, times } = this.#levels.get(key) ?? noLevels;
    this.#levels.set(key, { sum: sum + value, times: times + 1 });
  }

  #mean(key: string, last: number | undefined): number {
    const { sum, times } = this.#levels.get(key) ?? noLevels;
    return last === undefined ? sum / times : (sum + last) / (times + 1);
  }
}

const noLevels = { sum: 0, times: 0 };

/** Over streams that ran side by side: counts add up, levels and shares are averaged. Undefined where one is missing. */
export function sumStatistics(
  columns: readonly StatisticColumn[],
  all: readonly (Statistics | undefined)[],
): Statistics | undefined {
  const present = allOf(all);
  if (present === undefined) return undefined;
  return figuresOf(columns, ({ key, kind }) => {
    const values = present.flatMap((figures) => figures[key] ?? []);
    const sum = values.reduce((a, b) => a + b, 0);
    return values.length === 0 ? undefined : kind === 'count' ? sum : sum / values.length;
  });
}

/** What one connection told of a stretch of time. */
interface Told extends Pick<Span, 'start' | 'end'> {
  readonly statistics?: Statistics | undefined;
}

/**
 * Of two stretches as one: counts add up, a level is as it stood at the end, a share is averaged by time. Undefined where
 * one is missing.
 */
export function joinStatistics(columns: readonly StatisticColumn[], one: Told, other: Told): Statistics | undefined {
  const [before, after] = one.end <= other.end ? [one, other] : [other, one];
  const [a, b] = [before.statistics, after.statistics];
  if (a === undefined || b === undefined) return undefined;
  const [first, second] = [before.end - before.start, after.end - after.start];
  return figuresOf(columns, ({ key, kind }) => {
    const [x = Number.NaN, y = Number.NaN] = [a[key], b[key]];
    if (kind === 'level') return b[key];
    return kind === 'count' ? x + y : (first * x + second * y) / (first + second);
  });
}

function shown(columns: readonly StatisticColumn[], now: Statistics, since: Statistics): Statistics {
  return figuresOf(columns, ({ key, kind, part = '', whole = '' }) => {
    if (kind === 'count') return since[key];
    if (kind === 'level') return now[key];
    return since[whole] ? (100 * (since[part] ?? 0)) / since[whole] : 0;
  });
}

function figuresOf(
  columns: readonly StatisticColumn[],
  value: (column: StatisticColumn) => number | undefined,
): Statistics {
  const entries = columns.map((column) => [column.key, value(column)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => Number.isFinite(entry[1])));
}

function differences(now: Statistics, before: Statistics): Statistics {
  return Object.fromEntries(Object.entries(now).map(([key, value]) => [key, value - (before[key] ?? 0)]));
}
