/** Numbers for the records of a tree, and the record that two sources make together. */
import { type GeoipRecord, mergeRecords } from '../src/geoip/record.js';

export class RecordTable {
  readonly records: GeoipRecord[] = [];
  /** Sources hand in the same few objects again and again, and to know those is quicker than to compare what they say. */
  readonly #seen = new Map<GeoipRecord, number>();
  readonly #numbers = new Map<string, number>();
  readonly #merged = new Map<number, number>();

  numberOf(record: GeoipRecord): number {
    const seen = this.#seen.get(record);
    if (seen !== undefined) return seen;
    const key = `${record.country} ${record.asn} ${record.asName}`;
    const number = this.#numbers.get(key) ?? this.records.push(record) - 1;
    this.#numbers.set(key, number);
    this.#seen.set(record, number);
    return number;
  }

  /** What a network holds for which the earlier source gave `held` and a later one gives `added`. */
  merge(held: number, added: number): number {
    const pair = held * 2 ** 26 + added;
    const known = this.#merged.get(pair);
    if (known !== undefined) return known;
    const number = this.numberOf(mergeRecords(this.records[held] ?? {}, this.records[added] ?? {}));
    this.#merged.set(pair, number);
    return number;
  }
}
