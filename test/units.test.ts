import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInteger, parseRate, parseSeconds, parseSize, rateText, sizeText } from '../src/units.js';

describe('parseSize', () => {
  it.each([
    ['0', 0],
    ['1', 1],
    ['1500', 1500],
    ['64K', 65_536],
    ['64k', 65_536],
    ['1.5K', 1536],
    ['.5m', 524_288],
    ['2.M', 2_097_152],
    ['3G', 3_221_225_472],
    ['1T', 1_099_511_627_776],
    ['1.8M', 1_887_437],
    ['1.1K', 1126],
    ['0.5', 1],
    ['0.0001M', 105],
  ])('%s is %d bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each(['', 'K', '.', '-1', '+1', '1 K', ' 1', '1KB', '1e3', '0x10', '1,5K', '1P', '١'])('refuses %j', (text) => {
    expect(() => parseSize(text)).toThrow('is not a size');
  });

  it.each(['0.4', '.0004K'])('never takes %s for nothing', (text) => {
    expect(() => parseSize(text)).toThrow('is less than one byte');
  });
});

describe('parseRate', () => {
  it.each([
    ['0', 0],
    ['0M', 0],
    ['10', 10_000_000],
    ['0.5', 500_000],
    ['10M', 10_000_000],
    ['10m', 10_000_000],
    ['64K', 64_000],
    ['2.5G', 2_500_000_000],
    ['1T', 1_000_000_000_000],
    ['1.1', 1_100_000],
    ['0.001K', 1],
  ])('%s is %d bit/s', (text, bitsPerSecond) => expect(parseRate(text)).toBe(bitsPerSecond));

  it.each(['', 'M', '-1', '10Mbit', '10M/5', 'fast'])('refuses %j', (text) => {
    expect(() => parseRate(text)).toThrow('is not a rate');
  });

  it('never takes a tiny rate for no limit', () => {
    expect(() => parseRate('0.0000001')).toThrow('is less than one bit a second');
  });
});

describe('parseSeconds', () => {
  it.each([
    ['10', 10],
    ['0.5', 0.5],
    ['.25', 0.25],
    ['0', 0],
  ])('%s is %d', (text, value) => expect(parseSeconds(text)).toBe(value));

  it.each(['', '-1', '10s', '1e3', 'NaN', 'Infinity', '1.2.3'])('refuses %j', (text) => {
    expect(() => parseSeconds(text)).toThrow('is not a number of seconds');
  });
});

describe('parseInteger', () => {
  it('reads decimal digits', () => expect(parseInteger('0128')).toBe(128));

  it.each(['', '1.0', '-1', '0x1', '1e3', ' 1'])('refuses %j', (text) => {
    expect(() => parseInteger(text)).toThrow('is not a whole number');
  });
});

describe('the texts of limits and defaults', () => {
  it('read back as the same number', () => {
    const roundTrip = fc.property(fc.nat(), (value) => {
      expect(parseSize(sizeText(value))).toBe(value);
      expect(parseRate(rateText(value))).toBe(value);
    });
    fc.assert(roundTrip);
  });

  it('use the largest unit', () => {
    expect([0, 1, 1024, 65_536, 1_048_576].map(sizeText)).toEqual(['0', '1', '1K', '64K', '1M']);
    expect([0, 500, 1000, 1e12, 5e12].map(rateText)).toEqual(['0', '0.5K', '1K', '1T', '5T']);
  });
});
