/**
 * Shapes of JSON values from the wire: each checks type and range and names the field and the rule that was broken.
 * Unknown keys are dropped, so that a later version may add some.
 */
import { stripControl } from '../errors.js';

export class ShapeError extends Error {
  override readonly name = 'ShapeError';
  constructor(
    readonly field: string,
    readonly rule: string,
  ) {
    super(`${field} must be ${rule}`);
  }
}

/** Returns the checked value, or throws ShapeError. */
export type Shape<T> = (value: unknown, field: string) => T;

/** The type that a shape lets through. */
export type Checked<S> = S extends Shape<infer T> ? T : never;

export function integer(min: number, max: number): Shape<number> {
  return (value, field) => {
    if (Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max) return Number(value);
    throw new ShapeError(field, `a whole number from ${min} to ${max}`);
  };
}

export function number(min: number, max: number): Shape<number> {
  return (value, field) => {
    if (typeof value === 'number' && value >= min && value <= max) return value;
    throw new ShapeError(field, `a number from ${min} to ${max}`);
  };
}

/** Infinity, as which JSON with a number of too many digits is read, among them. */
export const anyNumber: Shape<number> = (value, field) => {
  if (typeof value === 'number') return value;
  throw new ShapeError(field, 'a number');
};

export function text(maxCharacters: number): Shape<string> {
  return (value, field) => {
    if (typeof value === 'string' && value.length <= maxCharacters) return value;
    throw new ShapeError(field, `text of at most ${maxCharacters} characters`);
  };
}

/** Text for people, without control characters and whatever else could move the cursor of who reads it. */
export function line(maxCharacters: number): Shape<string> {
  const whole = text(maxCharacters);
  return (value, field) => stripControl(whole(value, field));
}

/** Text of a form that `rule` names, e.g. `an IP address`. */
export function matching(pattern: RegExp, rule: string): Shape<string> {
  return (value, field) => {
    if (typeof value === 'string' && pattern.test(value)) return value;
    throw new ShapeError(field, rule);
  };
}

/** Lower-case hexadecimal digits, `bytes` bytes of them. */
export function hex(bytes: number): Shape<string> {
  return matching(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), `${bytes * 2} hexadecimal digits`);
}

export const flag: Shape<boolean> = (value, field) => {
  if (typeof value === 'boolean') return value;
  throw new ShapeError(field, 'true or false');
};

export function oneOf<const T extends string>(...values: readonly T[]): Shape<T> {
  return (value, field) => {
    const found = values.find((allowed) => allowed === value);
    if (found !== undefined) return found;
    throw new ShapeError(field, `one of ${values.join(', ')}`);
  };
}

export function list<T>(item: Shape<T>, maxItems: number): Shape<T[]> {
  return (value, field) => {
    if (Array.isArray(value) && value.length <= maxItems) return value.map((each, i) => item(each, `${field}[${i}]`));
    throw new ShapeError(field, `a list of at most ${maxItems} items`);
  };
}

export type ForeignObject = Readonly<Record<string, unknown>>;

/** Of another program's, with anything in it. */
export function foreignObject(maxLevels: number): Shape<ForeignObject> {
  return (value, field) => {
    if (isForeignObject(value, maxLevels)) return value;
    throw new ShapeError(field, `an object of at most ${maxLevels} levels`);
  };
}

/** Nested too deep it could not be written again. */
export function isForeignObject(value: unknown, maxLevels: number): value is ForeignObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && fitsLevels(value, maxLevels);
}

function fitsLevels(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((each) => fitsLevels(each, levels - 1));
}

export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, field) => (value === undefined || value === null ? undefined : shape(value, field));
}

/** Numbers by names of up to 32 letters, at most so many. */
export function numbers(maxEntries: number): Shape<Readonly<Record<string, number>>> {
  return (value, field) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ShapeError(field, 'an object');
    const entries = Object.entries(value);
    const isGood = entries.every(([name, each]) => /^[A-Za-z]{1,32}$/.test(name) && Number.isFinite(each));
    if (isGood && entries.length <= maxEntries) return Object.fromEntries(entries);
    throw new ShapeError(field, `at most ${maxEntries} numbers, each by a name of up to 32 letters`);
  };
}

/** Of two numbers among the fields, the first must not be more than the second. */
export function atMost<T>(shape: Shape<T>, less: string, more: string): Shape<T> {
  return (value, field) => {
    const whole = shape(value, field);
    const { [less]: a = 0, [more]: b = 0 } = whole as Record<string, number>;
    if (a <= b) return whole;
    throw new ShapeError(field === '' ? less : `${field}.${less}`, `at most ${more}`);
  };
}

type Fields = Record<string, Shape<unknown>>;
type OptionalKeys<F extends Fields> = { [K in keyof F]: undefined extends Checked<F[K]> ? K : never }[keyof F];
type Record_<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Checked<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: Exclude<Checked<F[K]>, undefined>;
};

export function record<F extends Fields>(fields: F): Shape<Record_<F>> {
  return (value, field) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ShapeError(field, 'an object');
    const source = value as Record<string, unknown>;
    const checked: Record<string, unknown> = {};
    for (const [key, shape] of Object.entries(fields)) {
      const own = Object.hasOwn(source, key) ? source[key] : undefined;
      const good = shape(own, field === '' ? key : `${field}.${key}`);
      if (good !== undefined) checked[key] = good;
    }
    return checked as Record_<F>;
  };
}
