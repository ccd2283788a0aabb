/** What a flag's value may be: how it is shown in help, and how its text becomes a typed value. */
import { limits, serverRate } from '../../../defaults/index.js';
import { canonicalHost, familyOf } from '../../../net/ip.js';
import { type Cidr, parseCidr } from '../../../net/networks.js';
import type { RateLimit } from '../../../plan/plan.js';
import {
  BadValue,
  parseDecimal,
  parseInteger,
  parseRate,
  parseSeconds,
  parseSize,
  rateText,
  sizeText,
} from '../../../units.js';

export interface FlagType<T> {
  /** Stands for the value in help and errors, e.g. `SIZE`. */
  readonly placeholder: string;
  /** The values allowed, for people: `1K to 1M`. */
  readonly range?: string;
  /** All values that there are, or those with a name. */
  readonly choices?: readonly string[];
  /** The text without its secrets, for errors. */
  redact?(text: string): string;
  /** Throws BadValue. */
  parse(text: string): T;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function number(placeholder: string, parse: (text: string) => number, limit: Range, show: (n: number) => string) {
  return ranged(
    placeholder,
    parse,
    `${show(limit.min)} to ${show(limit.max)}`,
    (n) => n >= limit.min && n <= limit.max,
  );
}

function ranged(
  placeholder: string,
  parse: (text: string) => number,
  range: string,
  allows: (value: number) => boolean,
): FlagType<number> {
  return {
    placeholder,
    range,
    parse(text) {
      const value = parse(text);
      if (!allows(value)) throw new BadValue('is out of range', `give ${range}`);
      return value;
    },
  };
}

export function integer(placeholder: string, limit: Range): FlagType<number> {
  return number(placeholder, parseInteger, limit, String);
}

export function size(limit: Range): FlagType<number> {
  return number('SIZE', parseSize, limit, roundSizeText);
}

/** Of which the plan knows the range, since other flags say it. */
export const anySize: FlagType<number> = { placeholder: 'SIZE', parse: parseSize };

/** How many, in the units of sizes: 1K is 1024. */
export function count(placeholder: string, limit: Range): FlagType<number> {
  const whole = (text: string) => {
    if (!/^\d*\.\d+$/.test(text)) return parseSize(text);
    throw new BadValue('is not a whole number', 'write a whole one, or with K, M, G or T, such as 1.5K');
  };
  return number(placeholder, whole, limit, roundSizeText);
}

/** Terabytes are shown whole, rounded down, so that a limit of 2^53 - 1 can be read. */
export function roundSizeText(bytes: number): string {
  const terabyte = 1024 ** 4;
  return sizeText(bytes > terabyte ? bytes - (bytes % terabyte) : bytes);
}

/** A bare number from here on, 100 Gbit/s, is meant as iperf3 has it, which takes bit/s. */
const BARE_BITS = 100_000;

export function rate(limit: Range): FlagType<number> {
  const parse = (text: string): number => {
    if (/^\d+$/.test(text) && Number(text) >= BARE_BITS && Number(text) <= limit.max) {
      throw new BadValue('is a bare number, which is Mbit/s', `write ${rateText(Number(text))} if it is bit/s`);
    }
    return parseRate(text, limit.min === 0);
  };
  return number('RATE', parse, limit, rateText);
}

/** Of what is sent: iperf3 takes the packets of a burst behind it. */
export function sendingRate(limit: Range): FlagType<number> {
  const type = rate(limit);
  const parse = (text: string): number => {
    const [, bits] = /^([^/]+)\/\d+$/.exec(text) ?? [];
    if (bits !== undefined) {
      parse(bits);
      throw new BadValue('asks for bursts, and wperf sends evenly', `give ${bits}`);
    }
    return type.parse(text);
  };
  return { ...type, parse };
}

/** What a test may have, and over how long that is averaged. */
export const rateLimit: FlagType<RateLimit> = {
  placeholder: 'RATE[/SECONDS]',
  range: `${rateText(serverRate.bitsPerSecond.min)} to ${rateText(serverRate.bitsPerSecond.max)}, over ${serverRate.secondsLimits.min} to ${serverRate.secondsLimits.max} s`,
  parse(value) {
    const [bits = '', span] = value.split(/\/(.*)/s, 2);
    const bitsPerSecond = rate(serverRate.bitsPerSecond).parse(bits);
    if (span === undefined) return { bitsPerSecond, seconds: serverRate.seconds };
    return { bitsPerSecond, seconds: seconds(serverRate.secondsLimits).parse(span) };
  },
};

export function seconds(limit: Range): FlagType<number> {
  return number('SECONDS', parseSeconds, limit, String);
}

export function milliseconds(limit: Range): FlagType<number> {
  return number('MS', parseDecimal, limit, String);
}

export function percent(limit: Range): FlagType<number> {
  return number('PERCENT', parseDecimal, limit, String);
}

/** @param zero what 0 is, e.g. `for none`. */
export function secondsOrZero({ min, max }: Range, zero: string): FlagType<number> {
  const allows = (value: number) => value === 0 || (value >= min && value <= max);
  return ranged('SECONDS', parseSeconds, `${min} to ${max}, or 0 ${zero}`, allows);
}

export function text(placeholder: string, maxCharacters = Number.POSITIVE_INFINITY): FlagType<string> {
  return {
    placeholder,
    parse(value) {
      if (value.length <= maxCharacters) return value;
      throw new BadValue(`has ${value.length} characters`, `give at most ${maxCharacters}`);
    },
  };
}

export function choice<const T extends string>(choices: readonly T[]): FlagType<T> {
  return {
    placeholder: choices.join('|'),
    choices,
    parse(value) {
      const found = choices.find((known) => known === value);
      if (found !== undefined) return found;
      throw new BadValue('is not a known value', `give one of ${choices.join(', ')}`);
    },
  };
}

interface LocalAddress {
  readonly address: string;
  readonly device?: string;
}

/**
 * An IPv4 or IPv6 address, with `%` and an interface if the connection is to leave by that alone. Of a link-local address
 * the interface is a part. The brackets of a URL are taken off.
 */
export const ownAddress: FlagType<LocalAddress> = {
  placeholder: 'ADDRESS[%DEV]',
  parse(value) {
    const bare = value.replace(/^\[(.*)\]$/, '$1');
    const [given = '', name] = bare.split(/%(.*)/s, 2);
    const address = canonicalHost(given);
    if (familyOf(address) === undefined)
      throw new BadValue('is not an IP address', 'give an address of this machine, such as 192.0.2.7');
    if (name === undefined) return { address };
    const device = networkDevice.parse(name);
    return /^fe[89ab]/i.test(address) ? { address: bare } : { address, device };
  },
};

export const networkDevice = kernelName('DEV', /^[!-.0-~]+$/, 'network interface', 'eth0');
/** Of congestion control. */
export const algorithm = kernelName('ALGO', /^[\w.-]+$/, 'algorithm', 'cubic');

/** By which the kernel knows something. */
function kernelName(placeholder: string, pattern: RegExp, what: string, example: string): FlagType<string> {
  const { nameCharacters } = limits.socket;
  return {
    placeholder,
    parse(value) {
      if (value.length <= nameCharacters && pattern.test(value)) return value;
      throw new BadValue(`names no ${what}`, `give a name such as ${example}, of up to ${nameCharacters} characters`);
    },
  };
}

/** Networks, separated by commas. */
export const cidrs: FlagType<readonly Cidr[]> = {
  placeholder: 'CIDR,...',
  parse(value) {
    return value.split(',').map((text) => {
      const cidr = parseCidr(text.trim());
      if (cidr) return cidr;
      throw new BadValue('names no network', 'give addresses or networks, such as 127.0.0.1,10.0.0.0/8,2001:db8::/32');
    });
  },
};

/** The path of an HTTP request, without a query. */
export const urlPath: FlagType<string> = {
  placeholder: 'PATH',
  parse(value) {
    if (!/^\/[\w!$&'()*+,\-./:;=@~%]*$/.test(value)) {
      throw new BadValue('is not a path', 'begin it with / and percent-encode what a URL cannot hold, such as /wperf');
    }
    return value;
  },
};
