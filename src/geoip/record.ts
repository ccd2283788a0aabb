/**
 * One reading of the record shapes of the databases that people have: MaxMind (GeoIP2, GeoLite2), DB-IP, IPinfo and
 * ip-location-db. The files' text is untrusted.
 */
import { geoip } from '../defaults/index.js';
import { stripControl } from '../errors.js';
import { given } from '../given.js';

export interface GeoipRecord {
  /** ISO 3166-1 alpha-2, upper case. Of a router it is where its addresses are registered: approximate. */
  readonly country?: string;
  /** Autonomous system number, 1 to 2^32 - 1. */
  readonly asn?: number;
  readonly asName?: string;
}

const countryPaths = [
  ['country', 'iso_code'],
  ['country_code'],
  ['country'],
  ['registered_country', 'iso_code'],
] as const;
const asnPaths = [['autonomous_system_number'], ['asn'], ['traits', 'autonomous_system_number']] as const;
const asNamePaths = [
  ['autonomous_system_organization'],
  ['as_name'],
  ['traits', 'autonomous_system_organization'],
] as const;

/** The country and AS of any decoded record; a field that is missing or makes no sense is left out. */
export function normalizeRecord(record: unknown): GeoipRecord {
  const country = firstOf(record, countryPaths, countryOf);
  const asn = firstOf(record, asnPaths, asnOf);
  const asName = asn === undefined ? undefined : (firstOf(record, asNamePaths, nameOf) ?? ipinfoName(record));
  return given({ country, asn, asName });
}

/**
 * Fills what `preferred` lacks from `other`. A name goes with its number: it is taken from `other` only where both name the
 * same AS.
 */
export function mergeRecords(preferred: GeoipRecord, other: GeoipRecord): GeoipRecord {
  const merged = { ...other, ...preferred };
  if (preferred.asn === undefined || preferred.asn === other.asn || preferred.asName !== undefined) return merged;
  const { asName: _ofAnotherAs, ...rest } = merged;
  return rest;
}

function firstOf<T>(
  record: unknown,
  paths: readonly (readonly string[])[],
  read: (value: unknown) => T | undefined,
): T | undefined {
  for (const path of paths) {
    const found = read(path.reduce(fieldOf, record));
    if (found !== undefined) return found;
  }
  return undefined;
}

function fieldOf(record: unknown, name: string): unknown {
  return typeof record === 'object' && record !== null ? (record as Record<string, unknown>)[name] : undefined;
}

/** `ZZ` is the code of an unknown country. */
function countryOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^(?!zz)[a-z]{2}$/i.test(value) ? value.toUpperCase() : undefined;
}

/** A number, or text as in `AS15169`. AS 0 is reserved and means none (RFC 7607). */
function asnOf(value: unknown): number | undefined {
  const number =
    typeof value === 'string' && /^(as)?\d{1,10}$/i.test(value) ? Number(value.replace(/^as/i, '')) : value;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 && number < 2 ** 32 ? number : undefined;
}

function nameOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return stripControl(value.slice(0, geoip.asNameCharacters)) || undefined;
}

/** IPinfo's AS database calls the AS's name just `name`, beside `asn`. */
function ipinfoName(record: unknown): string | undefined {
  return fieldOf(record, 'asn') === undefined ? undefined : nameOf(fieldOf(record, 'name'));
}
