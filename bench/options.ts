import { parseArgs } from 'node:util';
import type { Need } from '../test/support/machine.js';

export interface BenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Modes to measure; empty means all. */
  readonly only: readonly string[];
  readonly markdown: boolean;
}

/** Of one table, whose rounds are told as they end. */
export type TableOptions = Pick<BenchOptions, 'rounds' | 'seconds'> & { readonly log: (line: string) => void };

/** A header and rows. */
export type Table = readonly (readonly string[])[];

export interface TableMaker {
  /** What `--only` selects. */
  readonly mode: string;
  readonly needs: readonly Need[];
  /** What is told before those that are missing: `datagrams need`. */
  readonly needing: string;
  make(options: TableOptions): Promise<Table>;
}

/** `--rounds N` (5), `--seconds N` (3; whole ones, which is what iperf3 takes), `--only A,B`, `--markdown`. */
export function parseOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      only: { type: 'string', default: '' },
      markdown: { type: 'boolean', default: false },
    },
  });
  return {
    rounds: wholeNumber('--rounds', values.rounds),
    seconds: wholeNumber('--seconds', values.seconds),
    only: values.only.split(',').filter((mode) => mode !== ''),
    markdown: values.markdown,
  };
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${flag} ${text}: give a whole number, 1 or more`);
  return value;
}
