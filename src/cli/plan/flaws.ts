/** The rules of a plan in the words of a command line: the flags that were given, and what to give instead. */
import { type Flaw, flawText } from '../../plan/flaw.js';
import { sizeText } from '../../units.js';
import { type FlagValues, labelOf } from '../flags/table.js';
import { usageError } from '../flags/usage.js';
import { roundSizeText } from '../flags/values/types.js';
import { blockBytesOf, modeOf } from './load/amount.js';

interface Words {
  readonly flag: string;
  readonly show: (value: number) => string;
  /** Behind the range: what it holds for. */
  readonly remark: string;
}

/** Throws WperfError 'usage' for a flaw. */
export function refuseFlaw(flaw: Flaw | undefined, values: FlagValues): void {
  if (flaw === undefined) return;
  if (flaw.kind === 'exclusive') throw neverAll(values);
  const words = wordsFor(flaw.field, values);
  if (words === undefined || flaw.kind === 'other') throw usageError(flawText(flaw), 'see wperf --help');
  const { flag, show, remark } = words;
  const range = `${show(flaw.range.min)} to ${show(flaw.range.max)}`;
  throw usageError(`${labelOf(flag)} '${show(flaw.value)}' is out of range`, `give ${range}${remark}`);
}

/** Of members whose range depends on others: the table of flags knows those of all others. */
function wordsFor(field: string, values: FlagValues): Words | undefined {
  switch (field) {
    case 'blockBytes':
      return { flag: 'length', show: sizeText, remark: modeOf(values) === 'datagram' ? ' for packets' : '' };
    case 'bytes':
      return values.blockcount === undefined
        ? { flag: 'bytes', show: roundSizeText, remark: ', a byte for each stream' }
        : blockWords(blockBytesOf(values));
    case 'firstHop':
      return { flag: 'tr-first-hop', show: String, remark: `, as ${labelOf('tr-max-hops')} says` };
  }
  return undefined;
}

function blockWords(blockBytes: number): Words {
  const show = (bytes: number) => roundSizeText(Math.max(1, Math.floor(bytes / blockBytes)));
  return { flag: 'blockcount', show, remark: ` blocks of ${sizeText(blockBytes)}` };
}

function neverAll(values: FlagValues) {
  const amount = values.blockcount === undefined ? 'bytes' : 'blockcount';
  const rule = `with ${labelOf('sim-loss')} not all of ${labelOf(amount)} would arrive, and the test never end`;
  return usageError(rule, `use ${labelOf('time')}, or packets (${labelOf('udp')})`);
}
