/** What a rule of a plan is broken by, and the rules that hold for members of any. Pure. */

interface Range {
  readonly min: number;
  readonly max: number;
}

/** A rule that is broken, by the names of the plan's members. */
export type Flaw =
  | {
      readonly kind: 'range';
      readonly field: string;
      readonly value: number;
      readonly range: Range;
      readonly whole: boolean;
    }
  | { readonly kind: 'exclusive'; readonly fields: readonly [string, string]; readonly why?: string }
  /** Whole words behind the member's name. */
  | { readonly kind: 'other'; readonly field: string; readonly rule: string };

/** The first rule broken, for who reads the plan's members by name. */
export function flawText(flaw: Flaw): string {
  if (flaw.kind === 'range') {
    const { field, value, whole, range } = flaw;
    return `${field} ${value} is not a ${whole ? 'whole ' : ''}number from ${range.min} to ${range.max}`;
  }
  if (flaw.kind === 'other') return `${flaw.field} ${flaw.rule}`;
  const [first, second] = flaw.fields;
  return `${first} and ${second} exclude each other${flaw.why === undefined ? '' : `: ${flaw.why}`}`;
}

/** Of numbers that may be left out. */
export function flawOfMembers(
  place: string,
  members: object | undefined,
  ranges: Readonly<Record<string, Range>>,
  fractions: readonly string[] = [],
): Flaw | undefined {
  const values = (members ?? {}) as Readonly<Record<string, number | undefined>>;
  const flaws = Object.entries(ranges).map(([name, range]) => {
    const value = values[name];
    const check = fractions.includes(name) ? within : whole;
    return value === undefined ? undefined : check(`${place}${name}`, value, range);
  });
  return flaws.find((flaw) => flaw !== undefined);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** Text of this form; it may be left out. */
export function form(field: string, value: string | undefined, pattern: RegExp, rule: string): Flaw | undefined {
  return value === undefined || (isText(value) && pattern.test(value)) ? undefined : other(field, `'${value}' ${rule}`);
}

/** What it says is not told. */
export function text(field: string, value: string | undefined, max: number, min = 0): Flaw | undefined {
  if (value === undefined || (isText(value) && value.length >= min && value.length <= max)) return undefined;
  return other(field, `is no text of ${min} to ${max} characters`);
}

export function among<T>(field: string, value: T, known: readonly T[]): Flaw | undefined {
  if (known.includes(value)) return undefined;
  return other(field, `'${value}' is none of ${known.filter((each) => each !== undefined).join(', ')}`);
}

export function within(field: string, value: number, range: Range): Flaw | undefined {
  const kept = typeof value === 'number' && value >= range.min && value <= range.max;
  return kept ? undefined : { kind: 'range', field, value, range, whole: false };
}

export function whole(field: string, value: number, range: Range): Flaw | undefined {
  const kept = Number.isSafeInteger(value) && within(field, value, range) === undefined;
  return kept ? undefined : { kind: 'range', field, value, range, whole: true };
}

export function exclusive(first: string, second: string, why?: string): Flaw {
  return { kind: 'exclusive', fields: [first, second], ...(why !== undefined && { why }) };
}

export function other(field: string, rule: string): Flaw {
  return { kind: 'other', field, rule };
}
