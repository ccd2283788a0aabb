/** IPv4 or IPv6: what a command line chooses, and whether all that it names agrees. */
import { familyOf } from '../../../net/ip.js';
import { type FlagName, type FlagValues, labelOf } from '../../flags/table.js';
import { usageError } from '../../flags/usage.js';

export function chosenFamily(values: FlagValues): 4 | 6 | undefined {
  return values[4] ? 4 : values[6] ? 6 : undefined;
}

/**
 * Every address given, and -4 or -6, must be of one family: no connection could be made otherwise.
 * @param host that is connected to directly, or an empty text.
 */
export function checkFamily(values: FlagValues, host: string): void {
  const said: (readonly [FlagName, number])[] = [
    ['4', values[4] ? 4 : 0],
    ['6', values[6] ? 6 : 0],
    ['bind', familyOf(values.bind?.address ?? '') ?? 0],
    [values.traceroute === undefined ? 'client' : 'traceroute', familyOf(host) ?? 0],
  ];
  const [first, ...others] = said.filter(([, family]) => family !== 0);
  const other = others.find(([, family]) => family !== first?.[1]);
  if (first === undefined || other === undefined) return;
  const [[name, family], [otherName, otherFamily]] = [first, other];
  const rule = `${labelOf(name)} is for IPv${family} and ${labelOf(otherName)} for IPv${otherFamily}`;
  throw usageError(rule, 'choose one family');
}
